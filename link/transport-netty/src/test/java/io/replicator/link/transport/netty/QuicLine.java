package io.replicator.link.transport.netty;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import io.replicator.testing.testkit.DatagramLine;
import io.replicator.testing.testkit.TestLine;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A hub that takes datagrams on 127.0.0.1 and its client; no buffer may be left when it closes. */
final class QuicLine extends DatagramLine {
  static final QuicSettings SETTINGS =
      QuicSettings.DEFAULTS.withConnectTimeout(Duration.ofSeconds(5));

  private final TwoLoops loops;
  private final QuicServer server;
  private final QuicClient client;
  private final TcpLine tcp;
  private final TestLine.Pair beside;

  QuicLine(boolean epoll) {
    loops = new TwoLoops(epoll);
    tcp = new TcpLine(epoll, null, null);
    beside = tcp.connect();
    server = QuicServer.listen(loops.hub, SocketLine.ANY_PORT, SETTINGS, this::accept);
    client = new QuicClient(loops.client, SETTINGS);
  }

  QuicServer server() {
    return server;
  }

  @Override
  public DatagramConnector connector() {
    return client;
  }

  @Override
  public Connection beside() {
    return beside.client();
  }

  @Override
  public DatagramPort port() {
    return server.port();
  }

  @Override
  public void onClient(Runnable action) {
    loops.onClient(action);
  }

  @Override
  public void onHub(Runnable action) {
    loops.onHub(action);
  }

  @Override
  public void until(String what, BooleanSupplier condition) {
    TwoLoops.until(what, condition);
  }

  @Override
  public void stopListening() {
    server.close();
  }

  @Override
  public void close() {
    server.close();
    loops.close();
    tcp.close(); // which looks for buffers that are left
  }
}
