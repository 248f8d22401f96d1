package io.replicator.hub.server;

import java.util.List;

/**
 * Where browsers, curl and WebSockets come in.
 *
 * @param address with TLS if the hub has certificates
 * @param origins pages of other places that may use it: "https://app.example.org", or "*"
 * @param maxConnections most connections at a time, WebSockets among them
 */
public record WebListener(ListenAddress address, List<String> origins, int maxConnections) {
  public static final int DEFAULT_MAX_CONNECTIONS = 4096;

  public WebListener {
    origins = List.copyOf(origins);
    if (maxConnections < 1 || maxConnections > 1_000_000) {
      throw new IllegalArgumentException(
          "web connections " + maxConnections + ": 1 to 1,000,000 expected");
    }
  }

  /** For pages of its own only. */
  public static WebListener at(ListenAddress address) {
    return new WebListener(address, List.of(), DEFAULT_MAX_CONNECTIONS);
  }
}
