package io.replicator.link.transport;

import java.util.Map;

/**
 * A request as it came; it has no body.
 *
 * @param method "GET", …
 * @param path before the "?", not decoded, begins with "/"
 * @param query behind the "?", not decoded, "" = none
 * @param headers by name in lower case; several of a name are joined by ", "
 * @param peer who asks
 */
public record HttpRequest(
    String method, String path, String query, Map<String, String> headers, Connection.Peer peer) {
  public HttpRequest {
    headers = Map.copyOf(headers);
  }

  /**
   * "" = not there.
   *
   * @param name in lower case
   */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Whether only the head of the answer is wanted. */
  public boolean isHead() {
    return method.equals("HEAD");
  }
}
