package io.replicator.link.transport.netty;

import io.netty.util.LeakPresenceDetector;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.DatagramLine;
import io.replicator.testing.testkit.TestLine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** A hub that takes datagrams on 127.0.0.1 and its client; no buffer may be left when it closes. */
final class QuicLine extends DatagramLine {
  static final QuicSettings SETTINGS =
      QuicSettings.DEFAULTS.withConnectTimeout(Duration.ofSeconds(2));

  private final NettyLoop hubLoop;
  private final NettyLoop clientLoop;
  private final QuicServer server;
  private final QuicClient client;
  private final TcpLine tcp;
  private final TestLine.Pair beside;

  QuicLine(boolean epoll) {
    hubLoop = epoll ? NettyLoop.start("hub") : NettyLoop.startWithoutEpoll("hub");
    clientLoop = epoll ? NettyLoop.start("client") : NettyLoop.startWithoutEpoll("client");
    tcp = new TcpLine(epoll, null, null);
    beside = tcp.connect();
    server =
        QuicServer.listen(
            hubLoop,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            SETTINGS,
            this::accept);
    client = new QuicClient(clientLoop, SETTINGS);
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
    run(clientLoop, action);
  }

  @Override
  public void onHub(Runnable action) {
    run(hubLoop, action);
  }

  private static void run(NettyLoop loop, Runnable action) {
    try {
      CompletableFuture.runAsync(action, loop).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof AssertionError failed) {
        throw failed;
      }
      throw e;
    }
  }

  @Override
  public void until(String what, BooleanSupplier condition) {
    Await.until(Duration.ofSeconds(20), what, condition);
  }

  @Override
  public void stopListening() {
    server.close();
  }

  @Override
  public void close() {
    server.close();
    clientLoop.close();
    hubLoop.close();
    tcp.close();
    LeakPresenceDetector.check();
  }
}
