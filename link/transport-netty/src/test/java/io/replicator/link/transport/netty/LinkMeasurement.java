package io.replicator.link.transport.netty;

import com.google.protobuf.ByteString;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Ping;
import io.replicator.testing.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a connection carries while its hub keeps it full of blocks, and how long a fresh
 * frame takes that is made every 50 ms and sent as soon as there is room. No test: a program.
 *
 * <pre>
 * loopback plain|tls SECONDS BLOCK_BYTES          both ends in this process
 * hub ADDRESS PORT CONGESTION_CONTROL MILLIS      listens; MILLIS of the rate may wait unsent
 * client ADDRESS PORT SECONDS                     measures; both on one machine, for one clock
 * </pre>
 */
final class LinkMeasurement {
  private static final Duration FRESH_EVERY = Duration.ofMillis(50);
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  private LinkMeasurement() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "loopback" ->
          loopback(args[1].equals("tls"), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "hub" -> hub(args[1], Integer.parseInt(args[2]), args[3], Integer.parseInt(args[4]));
      case "client" -> client(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      default -> throw new IllegalArgumentException("loopback, hub or client expected: " + args[0]);
    }
  }

  private static void loopback(boolean tls, int seconds, int blockBytes) throws Exception {
    Path folder = Files.createTempDirectory("link");
    TestCertificates certificates = new TestCertificates(folder);
    NettyLoop hubLoop = NettyLoop.start("hub");
    NettyLoop clientLoop = NettyLoop.start("client");
    TcpServer server =
        TcpServer.listen(
            hubLoop,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            tls ? certificates.hub() : null,
            TcpSettings.DEFAULTS,
            connection -> new Filler(hubLoop, connection, blockBytes));
    measure(
        clientLoop,
        "127.0.0.1",
        server.address().getPort(),
        tls ? certificates.client() : null,
        seconds);
  }

  private static void hub(String address, int port, String congestionControl, int millis)
      throws Exception {
    NettyLoop loop = NettyLoop.start("hub");
    TcpSettings settings =
        TcpSettings.DEFAULTS
            .withCongestionControl(congestionControl)
            .withUnsentTime(Duration.ofMillis(millis));
    TcpServer.listen(
        loop,
        new InetSocketAddress(InetAddress.getAllByName(address)[0], port),
        null,
        settings,
        connection -> new Filler(loop, connection, 1024));
    Thread.currentThread().join();
  }

  private static void client(String address, int port, int seconds) {
    measure(NettyLoop.start("client"), address, port, null, seconds);
  }

  private static void measure(
      NettyLoop loop, String host, int port, @Nullable TlsSettings tls, int seconds) {
    Meter meter = new Meter();
    TcpClient client = new TcpClient(loop, host, port, tls, TcpSettings.DEFAULTS);
    CompletableFuture<Connection> opened = new CompletableFuture<>();
    loop.execute(() -> {
      var _ =
          client
              .connect(connection -> {
                connection.send(Frame.newBuilder().setPing(Ping.newBuilder().setNonce(1)).build());
                connection.flush();
                return meter;
              })
              .thenAccept(opened::complete);
    });
    Await.until(Duration.ofSeconds(20), "a connection", opened::isDone);
    long warm = System.nanoTime() + WARM_UP.toNanos();
    Await.until(Duration.ofHours(1), "warm", () -> System.nanoTime() > warm);
    CompletableFuture.runAsync(meter::begin, loop).join();
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    Await.until(Duration.ofHours(1), "the end", () -> System.nanoTime() > end);
    CompletableFuture.runAsync(meter::print, loop).join();
    System.exit(0);
  }

  /** Keeps a connection full, on the hub's loop. */
  private static final class Filler implements Connection.Listener {
    private final NettyLoop loop;
    private final Connection connection;
    private final Frame block;
    private long freshMadeNanos;
    private boolean ended;

    Filler(NettyLoop loop, Connection connection, int blockBytes) {
      this.loop = loop;
      this.connection = connection;
      byte[] data = new byte[blockBytes];
      Arrays.fill(data, (byte) 7);
      block =
          Frame.newBuilder()
              .setBlock(Block.newBuilder().setFeed(1).setData(ByteString.copyFrom(data)))
              .build();
    }

    @Override
    public void onFrame(Frame frame) {
      makeFresh();
      fill();
    }

    @Override
    public void onWritable() {
      fill();
    }

    @Override
    public void onClosed(String reason) {
      ended = true;
    }

    private void makeFresh() {
      if (!ended) {
        freshMadeNanos = freshMadeNanos == 0 ? loop.nowNanos() : freshMadeNanos;
        loop.schedule(FRESH_EVERY, this::makeFresh);
        fill();
      }
    }

    private void fill() {
      while (connection.isWritable()) {
        if (freshMadeNanos != 0) {
          connection.send(
              Frame.newBuilder().setPing(Ping.newBuilder().setNonce(freshMadeNanos)).build());
          freshMadeNanos = 0;
        } else {
          connection.send(block);
        }
      }
      connection.flush();
    }
  }

  /** Counts at the client; confined to its loop. */
  private static final class Meter implements Connection.Listener {
    private long beganNanos;
    private long bytes;
    private long frames;
    private long[] freshNanos = new long[1024];
    private int fresh;

    void begin() {
      beganNanos = System.nanoTime();
      bytes = 0;
      frames = 0;
      fresh = 0;
    }

    @Override
    public void onFrame(Frame frame) {
      frames++;
      bytes += frame.getSerializedSize() + 2;
      if (frame.hasPing()) {
        freshNanos = fresh == freshNanos.length ? Arrays.copyOf(freshNanos, fresh * 2) : freshNanos;
        freshNanos[fresh++] = System.nanoTime() - frame.getPing().getNonce();
      }
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String reason) {
      System.out.println("closed: " + reason);
    }

    void print() {
      double seconds = (System.nanoTime() - beganNanos) / 1e9;
      long[] sorted = Arrays.copyOf(freshNanos, fresh);
      Arrays.sort(sorted);
      System.out.printf(
          "%.3f MB/s, %.3f Mbit/s, %.0f frames/s; fresh frames %d: ms p50 %.1f p90 %.1f p99 %.1f max %.1f%n",
          bytes / seconds / 1e6,
          bytes * 8 / seconds / 1e6,
          frames / seconds,
          fresh,
          at(sorted, 0.5),
          at(sorted, 0.9),
          at(sorted, 0.99),
          at(sorted, 1));
    }

    private static double at(long[] sorted, double share) {
      return sorted.length == 0
          ? Double.NaN
          : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)] / 1e6;
    }
  }
}
