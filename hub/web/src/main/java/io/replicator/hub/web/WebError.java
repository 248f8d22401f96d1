package io.replicator.hub.web;

import io.replicator.link.codec.ProtocolException;
import io.replicator.link.transport.HttpHead;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a request is not answered as asked (P135).
 *
 * @param name as in the table of protocol.md where it is there
 * @param text for people
 */
record WebError(int status, String name, String text) {
  private static final int RETRY_SECONDS = 5;

  /** A refusal that ends the handling of its request. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient WebError error;

    Refusal(WebError error) {
      super(error.text(), null, false, false);
      this.error = error;
    }

    WebError error() {
      return error;
    }
  }

  static Refusal badRequest(String text) {
    return new Refusal(new WebError(400, "BAD_REQUEST", text));
  }

  /** What delivery refused. */
  static WebError of(ProtocolException refused) {
    int status =
        switch (refused.error()) {
          case UNAUTHENTICATED -> 401;
          case FORBIDDEN -> 403;
          case UNKNOWN_DATABASE, UNKNOWN_COLLECTION -> 404;
          case OVERLOADED, GOING_AWAY -> 503;
          case BAD_REQUEST -> 400;
          default -> 500;
        };
    return new WebError(status, refused.error().name(), String.valueOf(refused.getMessage()));
  }

  HttpHead head() {
    HttpHead head =
        HttpHead.of(status)
            .with("Content-Type", "application/json")
            .with("Cache-Control", "no-store");
    return switch (status) {
      case 401 -> head.with("WWW-Authenticate", "Bearer");
      case 405 -> head.with("Allow", "GET, HEAD, OPTIONS");
      case 503 -> head.with("Retry-After", Integer.toString(RETRY_SECONDS));
      default -> head;
    };
  }

  byte[] body() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("error", name);
    json.put("text", text);
    return JsonText.of(json).getBytes(StandardCharsets.UTF_8);
  }
}
