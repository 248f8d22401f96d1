package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ZstdTunnelTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @Test
  void whatGoesInComesOutAtTheOtherEndOfBothDirections() throws Exception {
    try (ServerSocket echo = new ServerSocket(0, 5, LOOPBACK);
        ZstdTunnel far = tunnel(echo.getLocalPort(), ZstdTunnel.End.FAR, 3);
        ZstdTunnel near = tunnel(far.port(), ZstdTunnel.End.NEAR, 9)) {
      Thread.ofPlatform().daemon().start(() -> echo(echo));
      Thread.ofPlatform().daemon().start(far::serve);
      Thread.ofPlatform().daemon().start(near::serve);
      byte[] sent = new byte[300_000];
      new Random(1).nextBytes(sent);
      try (Socket socket = new Socket(LOOPBACK, near.port())) {
        Thread.ofPlatform().daemon().start(() -> write(socket, sent));
        assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        // A single byte gets through without more behind it: the stream is flushed when idle.
        socket.getOutputStream().write(42);
        assertThat(socket.getInputStream().read()).isEqualTo(42);
      }
    }
  }

  @Test
  void whatRepeatsTakesLittleBetweenTheEnds() throws Exception {
    try (ServerSocket counting = new ServerSocket(0, 5, LOOPBACK);
        ZstdTunnel near = tunnel(counting.getLocalPort(), ZstdTunnel.End.NEAR, 3)) {
      Thread.ofPlatform().daemon().start(near::serve);
      try (Socket socket = new Socket(LOOPBACK, near.port());
          Socket between = counting.accept()) {
        write(socket, new byte[1_000_000]);
        socket.shutdownOutput();
        InputStream in = between.getInputStream();
        assertThat(in.readAllBytes()).hasSizeBetween(10, 2_000);
      }
    }
  }

  private static ZstdTunnel tunnel(int onward, ZstdTunnel.End end, int level) throws IOException {
    return new ZstdTunnel(
        new InetSocketAddress(LOOPBACK, 0), new InetSocketAddress(LOOPBACK, onward), end, level);
  }

  private static void echo(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // the test is over
    }
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
