package io.replicator.hub.server;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Value;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Reassembler;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.netty.NettyLoop;
import io.replicator.link.transport.netty.TcpClient;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.transport.netty.TlsSettings;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Pong;
import io.replicator.link.wire.StoredCursor;
import io.replicator.link.wire.Welcome;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Speaks the protocol over the real transport and keeps the strings it gets. */
final class RawClient implements AutoCloseable, Connection.Listener {
  private static final int MAX_BATCH_BYTES = 4 * 1024 * 1024;
  private static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);

  private final NettyLoop loop = NettyLoop.start("raw-client");
  private final Connection connection;
  private final Reassembler reassembler =
      new Reassembler(Compression.ZSTD, MAX_BATCH_BYTES, List.of(1));
  private final Map<Key, Long> versions = new HashMap<>(); // on the loop
  private long receivedBytes; // on the loop

  final Map<String, String> values = new ConcurrentHashMap<>();
  final List<Change> changes = new CopyOnWriteArrayList<>();
  volatile @Nullable Welcome welcome;
  volatile @Nullable Error error;
  volatile @Nullable String closed;

  RawClient(int port, @Nullable TlsSettings tls, String token, String... includes) {
    this(
        loop -> new TcpClient(loop, "localhost", port, tls, TcpSettings.DEFAULTS),
        token,
        List.of(),
        includes);
  }

  /** The same over a WebSocket of the hub's HTTP address. */
  static RawClient overWebSocket(
      int port, @Nullable TlsSettings tls, String token, String... includes) {
    return new RawClient(
        loop -> TcpClient.ofWebSockets(loop, "localhost", port, tls, TcpSettings.DEFAULTS),
        token,
        List.of(),
        includes);
  }

  /** Over a WebSocket, from this cursor on. */
  static RawClient resuming(int port, Cursor cursor) {
    StoredCursor stored =
        StoredCursor.newBuilder()
            .setLive(ByteString.copyFrom(Objects.requireNonNull(cursor.live())))
            .setBackfill(ByteString.copyFrom(Objects.requireNonNull(cursor.backfill())))
            .build();
    return new RawClient(
        loop -> TcpClient.ofWebSockets(loop, "localhost", port, null, TcpSettings.DEFAULTS),
        "",
        List.of(stored));
  }

  private RawClient(
      Function<NettyLoop, TcpClient> way,
      String token,
      List<StoredCursor> cursors,
      String... includes) {
    TcpClient client = way.apply(loop);
    try {
      connection = client.connect(opened -> this).toCompletableFuture().join();
    } catch (CompletionException e) {
      loop.close();
      throw e;
    }
    Hello hello =
        Hello.newBuilder()
            .setProtocol(1)
            .setClientId("raw")
            .setToken(token)
            .addCodecs(Codec.CODEC_ZSTD)
            .addFeeds(
                FeedRequest.newBuilder()
                    .setFeed(1)
                    .setDatabase(0)
                    .addAllIncludes(List.of(includes))
                    .addAllCursors(cursors))
            .setWindowBytes(1 << 20)
            .setMaxBatchBytes(MAX_BATCH_BYTES)
            .build();
    send(Frame.newBuilder().setHello(hello).build());
  }

  @Override
  public void onFrame(Frame frame) {
    switch (frame.getMessageCase()) {
      case WELCOME -> welcome = frame.getWelcome();
      case ERROR -> error = frame.getError();
      case BLOCK -> onBlock(frame.getBlock());
      case PING ->
          send(
              Frame.newBuilder()
                  .setPong(Pong.newBuilder().setNonce(frame.getPing().getNonce()))
                  .build());
      default -> {}
    }
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed(String reason) {
    closed = reason;
  }

  @Override
  public void close() {
    loop.execute(connection::close);
    loop.close();
  }

  private void onBlock(Block block) {
    receivedBytes += block.getData().size();
    reassembler
        .add(block)
        .ifPresent(compressed -> {
          Batch batch = compressed.decode(FEED, MAX_BATCH_BYTES);
          batch.changes().forEach(this::apply);
          Ack ack =
              Ack.newBuilder().addBatches(block.getBatch()).setReceivedBytes(receivedBytes).build();
          send(Frame.newBuilder().setAck(ack).build());
        });
  }

  /** I3: a batch of backfill may come after a live one and hold what was before it. */
  private void apply(Change change) {
    changes.add(change);
    if (versions.merge(change.key(), change.version(), Math::max) > change.version()) {
      return;
    }
    switch (change) {
      case Change.Put put -> {
        if (put.value() instanceof Value.StringValue string) {
          values.put(put.key().toString(), new String(string.bytes(), StandardCharsets.UTF_8));
        }
      }
      case Change.Remove remove -> values.remove(remove.key().toString());
      case Change.Part part -> throw new AssertionError("no large value was written: " + part);
    }
  }

  private void send(Frame frame) {
    loop.execute(() -> {
      connection.send(frame);
      connection.flush();
    });
  }
}
