package io.replicator.link.transport.netty;

import io.replicator.link.transport.HttpExchange;
import org.jspecify.annotations.Nullable;

/** A WebSocket hub and client on 127.0.0.1. */
final class WebSocketLine extends SocketLine {
  private final HttpServer server;
  private final TcpClient client;

  WebSocketLine(boolean epoll, @Nullable TlsSettings hubTls, @Nullable TlsSettings clientTls) {
    super(epoll);
    server = HttpServer.listen(loops.hub, ANY_PORT, hubTls, SETTINGS, this::upgrade);
    int port = server.address().getPort();
    client = TcpClient.ofWebSockets(loops.client, "127.0.0.1", port, clientTls, SETTINGS);
  }

  private void upgrade(HttpExchange exchange) {
    exchange.upgrade(WebSocketTarget.SUBPROTOCOL, this::accept);
  }

  @Override
  public TcpClient connector() {
    return client;
  }

  @Override
  public void stopListening() {
    server.close();
  }
}
