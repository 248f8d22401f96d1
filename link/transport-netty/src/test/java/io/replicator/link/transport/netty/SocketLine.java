package io.replicator.link.transport.netty;

import io.netty.util.LeakPresenceDetector;
import io.replicator.link.transport.Loop;
import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.TestLine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/** A hub and a client on 127.0.0.1, whatever they speak; no buffer may be left when it closes. */
abstract class SocketLine extends TestLine {
  static final TcpSettings SETTINGS =
      TcpSettings.DEFAULTS.withMaxFrameBytes(ConnectionContract.MAX_FRAME_BYTES);

  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  final TwoLoops loops;

  SocketLine(boolean epoll) {
    loops = new TwoLoops(epoll);
  }

  @Override
  public abstract TcpClient connector();

  @Override
  public final Loop clientLoop() {
    return loops.client;
  }

  @Override
  public final void onClient(Runnable action) {
    loops.onClient(action);
  }

  @Override
  public final void onHub(Runnable action) {
    loops.onHub(action);
  }

  @Override
  public final void until(String what, BooleanSupplier condition) {
    TwoLoops.until(what, condition);
  }

  @Override
  public final void close() {
    stopListening();
    connector().close();
    loops.close();
    LeakPresenceDetector.check();
  }
}
