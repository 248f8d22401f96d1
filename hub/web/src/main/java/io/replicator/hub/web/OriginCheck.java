package io.replicator.hub.web;

import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.HttpRequest;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Judges where a request comes from, by what the browser says of it (P124, P125). */
final class OriginCheck {
  private static final String ALLOWED_HEADERS =
      "Authorization, If-None-Match, Last-Event-ID, Accept";
  private static final String EXPOSED_HEADERS = "ETag, Retry-After";
  private static final String ADDRESS = "(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]|localhost)";
  private static final String PREFLIGHT_SECONDS = "600";

  private final WebSettings settings;

  OriginCheck(WebSettings settings) {
    this.settings = settings;
  }

  /** The refusal, if it is not to be answered. */
  Optional<WebError> refusal(HttpRequest request) {
    String host = request.header("host").toLowerCase(Locale.ROOT);
    if (settings.open() && !isKnownHost(host)) {
      return Optional.of(
          new WebError(
              421,
              "BAD_REQUEST",
              "host '"
                  + host
                  + "': this hub is open to whoever reaches it, so it answers to addresses and"
                  + " localhost only; allow others with --web-origins"));
    }
    String origin = origin(request);
    return origin.isEmpty() || isOwn(origin, host) || isAllowed(origin)
        ? Optional.empty()
        : Optional.of(
            new WebError(
                403,
                "FORBIDDEN",
                "pages of origin " + origin + " may not use this hub: see --web-origins"));
  }

  /** What an answer has to say so that the page may read it. */
  Map<String, String> headers(HttpRequest request) {
    String origin = origin(request);
    if (origin.isEmpty()) {
      return Map.of();
    }
    Map<String, String> headers = new HashMap<>();
    headers.put("Access-Control-Allow-Origin", origin);
    headers.put("Access-Control-Expose-Headers", EXPOSED_HEADERS);
    headers.put("Vary", "Origin, Accept, Accept-Encoding");
    if (settings.origins().contains(origin)) {
      headers.put("Access-Control-Allow-Credentials", "true"); // never for pages of just anywhere
    }
    return headers;
  }

  /** The answer to a question whether a request would be allowed. */
  HttpHead preflight(HttpRequest request) {
    return HttpHead.of(204)
        .withAll(headers(request))
        .with("Access-Control-Allow-Methods", "GET, HEAD")
        .with("Access-Control-Allow-Headers", ALLOWED_HEADERS)
        .with("Access-Control-Max-Age", PREFLIGHT_SECONDS);
  }

  private static String origin(HttpRequest request) {
    return request.header("origin").toLowerCase(Locale.ROOT);
  }

  private static boolean isOwn(String origin, String host) {
    return origin.equals("http://" + host) || origin.equals("https://" + host);
  }

  private boolean isAllowed(String origin) {
    return settings.origins().contains(origin) || settings.origins().contains(WebSettings.ANY);
  }

  private boolean isKnownHost(String host) {
    return host.matches(ADDRESS + "(:\\d{1,5})?")
        || settings.origins().stream()
            .anyMatch(origin -> origin.equals(WebSettings.ANY) || isOwn(origin, host));
  }
}
