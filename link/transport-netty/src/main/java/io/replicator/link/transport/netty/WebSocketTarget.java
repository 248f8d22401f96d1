package io.replicator.link.transport.netty;

import java.net.URI;
import java.net.URISyntaxException;

/** What a client asks a hub's HTTP address for to get a WebSocket (P121). */
record WebSocketTarget(URI uri) {
  static final String SUBPROTOCOL = "replicator.v1";
  static final String PATH = "/v1/stream";

  static WebSocketTarget of(String host, int port, boolean secure) {
    try {
      return new WebSocketTarget(
          new URI(secure ? "wss" : "ws", null, host, port, PATH, null, null));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "hub address '%s:%d' cannot stand in an URL: %s".formatted(host, port, e.getMessage()),
          e);
    }
  }
}
