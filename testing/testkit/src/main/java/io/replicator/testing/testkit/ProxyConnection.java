package io.replicator.testing.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One connection through a {@link FaultProxy}: two sockets and a {@link ProxyPump} each way. */
final class ProxyConnection {
  private final Socket client;
  private final Socket server;
  private final ProxyPump toServer;
  private final ProxyPump toClient;
  private final ProxyFaults faults;
  private final Consumer<ProxyConnection> onEnd;
  private final AtomicInteger waysOpen = new AtomicInteger(2);
  private final AtomicBoolean ended = new AtomicBoolean();

  ProxyConnection(
      Socket client, Socket server, ProxyFaults faults, Consumer<ProxyConnection> onEnd) {
    this.client = client;
    this.server = server;
    this.faults = faults;
    this.onEnd = onEnd;
    toServer = new ProxyPump(this, client, server, FaultProxy.Direction.TO_SERVER, faults);
    toClient = new ProxyPump(this, server, client, FaultProxy.Direction.TO_CLIENT, faults);
  }

  void start() {
    toServer.start();
    toClient.start();
  }

  boolean lostBytes() {
    return toServer.lostBytes() || toClient.lostBytes();
  }

  boolean ended() {
    return ended.get();
  }

  /** One direction has come to its orderly end. */
  void wayEnded() {
    if (waysOpen.decrementAndGet() == 0) {
      end();
    }
  }

  /** Both sides see "connection reset". */
  void reset() {
    reset(client);
    reset(server);
    end();
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException alreadyGone) {
      // That is what was wanted.
    }
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      close(client);
      close(server);
      toServer.stop();
      toClient.stop();
      faults.change(() -> {});
      onEnd.accept(this);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // That is what was wanted.
    }
  }
}
