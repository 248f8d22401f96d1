package io.replicator.link.transport.netty;

import io.replicator.link.transport.Connection;
import org.jspecify.annotations.Nullable;

/** A TCP hub and client on 127.0.0.1. */
final class TcpLine extends SocketLine {
  private final TcpServer server;
  private final TcpClient client;

  TcpLine(boolean epoll, @Nullable TlsSettings hubTls, @Nullable TlsSettings clientTls) {
    this(epoll, hubTls, clientTls, SETTINGS, "127.0.0.1");
  }

  TcpLine(
      boolean epoll,
      @Nullable TlsSettings hubTls,
      @Nullable TlsSettings clientTls,
      TcpSettings settings,
      String host) {
    super(epoll);
    server = TcpServer.listen(loops.hub, ANY_PORT, hubTls, settings, this::accept);
    client = new TcpClient(loops.client, host, server.address().getPort(), clientTls, settings);
  }

  /** Who the hub sees at the other end of a new connection. */
  Connection.Peer connectedPeer() {
    return connect().hub().peer();
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
