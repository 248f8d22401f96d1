package io.replicator.testing.benchmarks;

import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Value;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Reassembler;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.netty.NettyLoop;
import io.replicator.link.transport.netty.TcpClient;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Pong;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Many clients over WebSockets on one loop. All put batches together and acknowledge them; one in
 * twenty also reads them, to measure how old a change is when it is there.
 */
final class WebSockets implements AutoCloseable {
  private static final int READER_PART = 20;
  private static final int MAX_BATCH_BYTES = 4 * 1024 * 1024;
  private static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);
  private static final int OPENED_AT_ONCE = 50;

  private final NettyLoop loop = NettyLoop.start("bench-clients");
  private final TcpClient way;
  private final int clients;
  private final AtomicInteger welcomed = new AtomicInteger();
  private final AtomicLong receivedBytes = new AtomicLong();
  private volatile @Nullable String failure;

  // On the loop.
  private long[] latencies = new long[1 << 16];
  private int measured;
  private int opened;

  WebSockets(int port, int clients) {
    this.clients = clients;
    this.way = TcpClient.ofWebSockets(loop, "127.0.0.1", port, null, TcpSettings.DEFAULTS);
    loop.execute(() -> {
      for (int i = 0; i < Math.min(OPENED_AT_ONCE, clients); i++) {
        open();
      }
    });
  }

  private void open() {
    if (opened >= clients) {
      return;
    }
    int number = opened++;
    var _ =
        way.connect(connection -> new Client(connection, number))
            .whenComplete((connection, failed) -> {
              if (failed != null) {
                failure = failed.toString();
              }
              open();
            });
  }

  void awaitWelcome(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (welcomed.get() < clients) {
      if (failure != null || System.nanoTime() - end > 0) {
        throw new IllegalStateException(welcomed + " of " + clients + " came in: " + failure);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Forgets what was measured. */
  void reset() {
    loop.execute(() -> measured = 0);
    receivedBytes.set(0);
  }

  long receivedBytes() {
    return receivedBytes.get();
  }

  /** Ages of changes at arrival, in nanoseconds. */
  long[] latencies() {
    var result = new CompletableFuture<long[]>();
    loop.execute(() -> result.complete(Arrays.copyOf(latencies, measured)));
    return result.join();
  }

  private void measure(long nanos) {
    if (measured == latencies.length) {
      latencies = Arrays.copyOf(latencies, 2 * measured);
    }
    latencies[measured++] = nanos;
  }

  @Override
  public void close() {
    way.close();
    loop.close();
  }

  private final class Client implements Connection.Listener {
    private final Connection connection;
    private final boolean reads;
    private final Reassembler reassembler =
        new Reassembler(Compression.ZSTD, MAX_BATCH_BYTES, List.of(1));
    private long received;

    Client(Connection connection, int number) {
      this.connection = connection;
      this.reads = number % READER_PART == 0;
      send(
          Frame.newBuilder()
              .setHello(
                  Hello.newBuilder()
                      .setProtocol(1)
                      .setClientId("bench-" + number)
                      .addCodecs(Codec.CODEC_ZSTD)
                      .addFeeds(
                          FeedRequest.newBuilder()
                              .setFeed(1)
                              .addIncludes(StampedWrites.PREFIX + "*"))
                      .setWindowBytes(1 << 20)
                      .setMaxBatchBytes(MAX_BATCH_BYTES))
              .build());
    }

    @Override
    public void onFrame(Frame frame) {
      switch (frame.getMessageCase()) {
        case WELCOME -> welcomed.incrementAndGet();
        case BLOCK -> onBlock(frame.getBlock());
        case PING ->
            send(
                Frame.newBuilder()
                    .setPong(Pong.newBuilder().setNonce(frame.getPing().getNonce()))
                    .build());
        case ERROR -> failure = frame.getError().getText();
        default -> {}
      }
    }

    private void onBlock(Block block) {
      received += block.getData().size();
      receivedBytes.addAndGet(block.getSerializedSize() + 8);
      reassembler
          .add(block)
          .ifPresent(batch -> {
            if (reads) {
              long now = System.nanoTime();
              for (Change change : batch.decode(FEED, MAX_BATCH_BYTES).changes()) {
                if (change instanceof Change.Put put
                    && put.value() instanceof Value.StringValue string) {
                  measure(now - StampedWrites.stamp(string.bytes()));
                }
              }
            }
            Ack ack =
                Ack.newBuilder().addBatches(block.getBatch()).setReceivedBytes(received).build();
            send(Frame.newBuilder().setAck(ack).build());
          });
    }

    private void send(Frame frame) {
      connection.send(frame);
      connection.flush();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String reason) {
      failure = reason;
    }
  }
}
