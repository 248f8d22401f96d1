package io.replicator.hub.web;

import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The token that a request brings (P123, P139): in its Authorization, else in a cookie for those
 * who cannot set headers, which is EventSource. Never in the address.
 */
final class Credentials {
  private static final String BEARER = "bearer ";
  private static final String COOKIE = "replicator_token";

  /** Not for scripts, and not for pages of other sites. Its path is that of the request: "/v1". */
  private static final String ATTRIBUTES = "; HttpOnly; SameSite=Strict";

  private Credentials() {}

  /** The token, "" = none. */
  static String token(HttpRequest request) {
    String header = request.header("authorization");
    if (header.isEmpty()) {
      return cookie(request.header("cookie"));
    }
    if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw WebError.badRequest("Authorization: expected 'Bearer' and a token");
    }
    return header.substring(BEARER.length()).strip();
  }

  private static String cookie(String header) {
    for (String part : header.split("[;,]", -1)) {
      String pair = part.strip();
      if (pair.startsWith(COOKIE + "=")) {
        return decoded(pair.substring(COOKIE.length() + 1));
      }
    }
    return "";
  }

  private static String decoded(String text) {
    try {
      return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw WebError.badRequest("cookie " + COOKIE + ": not as GET /v1/session gave it");
    }
  }

  /**
   * The answer to whom may come in: from now on its browser brings the token of the Authorization
   * by itself, or no longer where there was none.
   *
   * @param secure whether the hub speaks TLS
   */
  static HttpHead session(HttpRequest request, boolean secure) {
    String token = request.header("authorization").isEmpty() ? "" : token(request);
    String value =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(token.getBytes(StandardCharsets.UTF_8));
    boolean encrypted = secure || request.header("x-forwarded-proto").equals("https");
    return HttpHead.of(204)
        .with("Cache-Control", "no-store")
        .with(
            "Set-Cookie",
            COOKIE
                + "="
                + value
                + (token.isEmpty() ? "; Max-Age=0" : "")
                + ATTRIBUTES
                + (encrypted ? "; Secure" : ""));
  }
}
