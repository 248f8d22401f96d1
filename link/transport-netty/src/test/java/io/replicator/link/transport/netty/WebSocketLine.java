package io.replicator.link.transport.netty;

import io.netty.util.LeakPresenceDetector;
import io.replicator.link.transport.Connector;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.Loop;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.TestLine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A WebSocket hub and client on 127.0.0.1; no buffer may be left when it closes. */
final class WebSocketLine extends TestLine {
  static final TcpSettings SETTINGS =
      TcpSettings.DEFAULTS.withMaxFrameBytes(ConnectionContract.MAX_FRAME_BYTES);

  private final NettyLoop hubLoop;
  private final NettyLoop clientLoop;
  private final HttpServer server;
  private final TcpClient client;

  WebSocketLine(boolean epoll, @Nullable TlsSettings hubTls, @Nullable TlsSettings clientTls) {
    this(epoll, hubTls, clientTls, SETTINGS, "127.0.0.1");
  }

  WebSocketLine(
      boolean epoll,
      @Nullable TlsSettings hubTls,
      @Nullable TlsSettings clientTls,
      TcpSettings settings,
      String host) {
    hubLoop = epoll ? NettyLoop.start("hub") : NettyLoop.startWithoutEpoll("hub");
    clientLoop = epoll ? NettyLoop.start("client") : NettyLoop.startWithoutEpoll("client");
    server =
        HttpServer.listen(
            hubLoop,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            hubTls,
            settings,
            this::upgrade);
    client =
        TcpClient.ofWebSockets(clientLoop, host, server.address().getPort(), clientTls, settings);
  }

  private void upgrade(HttpExchange exchange) {
    exchange.upgrade(WebSocketTarget.SUBPROTOCOL, this::accept);
  }

  @Override
  public Connector connector() {
    return client;
  }

  @Override
  public Loop clientLoop() {
    return clientLoop;
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
    client.close();
    clientLoop.close();
    hubLoop.close();
    LeakPresenceDetector.check();
  }
}
