package io.replicator.link.transport.netty;

import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** The loops of a hub and a client. */
final class TwoLoops implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  final NettyLoop hub;
  final NettyLoop client;

  TwoLoops(boolean epoll) {
    hub = epoll ? NettyLoop.start("hub") : NettyLoop.startWithoutEpoll("hub");
    client = epoll ? NettyLoop.start("client") : NettyLoop.startWithoutEpoll("client");
  }

  void onHub(Runnable action) {
    run(hub, action);
  }

  void onClient(Runnable action) {
    run(client, action);
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

  static void until(String what, BooleanSupplier condition) {
    Await.until(LIMIT, what, condition);
  }

  @Override
  public void close() {
    client.close();
    hub.close();
  }
}
