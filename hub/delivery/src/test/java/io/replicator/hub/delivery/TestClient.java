package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.codec.CompressedBatch;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Reassembler;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.DatagramMode;
import io.replicator.link.wire.DatagramOffer;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.KeyAnswer;
import io.replicator.link.wire.Pong;
import io.replicator.link.wire.StoredCursor;
import io.replicator.link.wire.Welcome;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client in one page, one feed, whose store outlives its connections. Follows protocol.md. */
final class TestClient implements Connection.Listener {
  /** What is stored at the target: data and cursor together. */
  static final class Store {
    final TreeMap<Key, byte[]> values = new TreeMap<>();
    final Map<Key, Long> versions = new HashMap<>();
    Cursor cursor = Cursor.NONE;
    long epoch;
    long chainVersion;
    final TreeMap<Long, List<Key>> chain = new TreeMap<>();
    boolean loading;
    final Set<Key> loaded = new HashSet<>();
    int snapshotsBegun;
    int snapshotsEnded;

    /** Called with every applied value, to judge whether a key went back. */
    @Nullable Judge judge;

    byte[] value(Key key) {
      return Objects.requireNonNull(values.get(key), () -> key + " is not there");
    }
  }

  interface Judge {
    void applied(Key key, byte @Nullable [] value);
  }

  final Store store;
  final List<Batch> applied = new ArrayList<>();
  final List<KeyAnswer> answers = new ArrayList<>();
  final List<DatagramOffer> offers = new ArrayList<>();
  final List<DatagramMode> modes = new ArrayList<>();
  @Nullable Pong pong;
  private final FeedId id = new FeedId(0, "", KeyPatterns.ALL);
  private final Map<Key, Long> ahead = new HashMap<>();
  private final Map<Key, ByteArrayOutputStream> parts = new HashMap<>();
  private final Map<Long, Batch> unacked = new HashMap<>();
  private @Nullable Reassembler reassembler;
  @Nullable Connection connection;
  @Nullable Welcome welcome;
  @Nullable Error error;
  @Nullable String closed;
  boolean acks = true;

  /** Killed: a connection that opens or brings something later finds nobody. */
  boolean killed;

  boolean backfilling;
  long received;
  long blocks;
  long withDictionary;
  final List<io.replicator.link.wire.Dictionary> dictionaries = new ArrayList<>();
  long firstBlocksLive;
  int droppedAsOlder;

  TestClient(Store store) {
    this.store = store;
  }

  Welcome granted() {
    return Objects.requireNonNull(welcome);
  }

  int refusal() {
    return Objects.requireNonNull(error).getCode();
  }

  static Hello.Builder hello(Store store) {
    FeedRequest.Builder feed = FeedRequest.newBuilder().setFeed(7);
    if (!store.cursor.isNone()) {
      feed.addCursors(stored(store.cursor));
    }
    return hello(feed);
  }

  static StoredCursor stored(Cursor cursor) {
    StoredCursor.Builder stored = StoredCursor.newBuilder();
    byte[] live = cursor.live();
    byte[] backfill = cursor.backfill();
    if (live != null) {
      stored.setLive(ByteString.copyFrom(live));
    }
    if (backfill != null) {
      stored.setBackfill(ByteString.copyFrom(backfill));
    }
    return stored.build();
  }

  static Hello.Builder hello(FeedRequest.Builder feed) {
    return Hello.newBuilder()
        .setProtocol(1)
        .setClientId("test")
        .addCodecs(Codec.CODEC_ZSTD)
        .addFeeds(feed)
        .setWindowBytes(1 << 20)
        .setMaxBatchBytes(4 << 20);
  }

  @Override
  public void onFrame(Frame frame) {
    if (killed) {
      return;
    }
    switch (frame.getMessageCase()) {
      case WELCOME -> {
        welcome = frame.getWelcome();
        reassembler =
            new Reassembler(
                Compression.of(frame.getWelcome().getCodec()).orElseThrow(), 8 << 20, List.of(7));
        backfilling = store.cursor.backfill() != null && store.cursor.backfill().length > 0;
      }
      case BLOCK -> {
        received += frame.getBlock().getData().size();
        blocks++;
        if (frame.getBlock().getHeader().getDictionary() > 0) {
          withDictionary++;
        }
        if (reassembler == null) {
          throw new IllegalStateException("a block before Welcome");
        }
        Optional<CompressedBatch> whole = reassembler.add(frame.getBlock());
        whole.ifPresent(batch -> arrived(batch.number(), batch.decode(id, 8 << 20)));
      }
      case ERROR -> error = frame.getError();
      case KEY_ANSWER -> answers.add(frame.getKeyAnswer());
      case DATAGRAM_OFFER -> offers.add(frame.getDatagramOffer());
      case DICTIONARY -> learn(frame.getDictionary());
      case DATAGRAM_MODE -> modes.add(frame.getDatagramMode());
      case PONG -> pong = frame.getPong();
      case PING ->
          send(
              Frame.newBuilder()
                  .setPong(Pong.newBuilder().setNonce(frame.getPing().getNonce()))
                  .build());
      default -> throw new IllegalStateException("unexpected " + frame.getMessageCase());
    }
  }

  private void learn(io.replicator.link.wire.Dictionary came) {
    if (reassembler == null) {
      throw new IllegalStateException("a dictionary before Welcome");
    }
    dictionaries.add(came);
    reassembler
        .dictionaries()
        .learn(came.getFeed(), came.getNumber(), came.getData().toByteArray());
    send(Frame.newBuilder().setDictionary(came.toBuilder().clearData()).build());
  }

  private void arrived(long number, Batch batch) {
    apply(batch);
    applied.add(batch);
    unacked.put(number, batch);
    if (acks) {
      ackAll();
    }
  }

  void ackAll() {
    Ack.Builder ack = Ack.newBuilder().setReceivedBytes(received);
    unacked.keySet().forEach(ack::addBatches);
    unacked.clear();
    send(Frame.newBuilder().setAck(ack).build());
  }

  void send(Frame frame) {
    Connection open = connection;
    if (open == null) {
      throw new IllegalStateException("not connected");
    }
    open.send(frame);
    open.flush();
  }

  /** What I3 and I4 rest on: no version is owed by both lanes, no cursor part comes too late. */
  private void requireLanesApart(Batch batch) {
    FeedPosition stored =
        CursorCodec.decode(store.cursor)
            .orElseThrow(() -> new AssertionError("the stored cursor cannot be read"))
            .position();
    for (Change change : batch.changes()) {
      boolean ofLive = change.version() > stored.live().after();
      if (ofLive != (batch.lane() == Lane.LIVE)) {
        throw new AssertionError(batch.lane() + " brings " + change + " at " + stored);
      }
    }
    if (batch.lane() == Lane.BACKFILL
        && stored.backfill().stream().anyMatch(round -> round.until() > batch.readVersion())) {
      throw new AssertionError("backfill from before the turn overwrites " + stored);
    }
  }

  private void apply(Batch batch) {
    if (!store.cursor.isNone() && batch.epoch() == store.epoch && !batch.snapshotBegin()) {
      requireLanesApart(batch);
    }
    store.epoch = batch.epoch();
    if (batch.snapshotBegin()) {
      store.snapshotsBegun++;
      store.loading = true;
      store.loaded.clear();
      ahead.clear();
      parts.clear();
    }
    for (Change change : batch.changes()) {
      Long newer = ahead.get(change.key());
      if (batch.lane() == Lane.BACKFILL && newer != null && newer > change.version()) {
        droppedAsOlder++;
        continue;
      }
      applyChange(change);
      if (batch.lane() == Lane.LIVE && backfilling) {
        ahead.put(change.key(), change.version());
      }
    }
    if (batch.lane() == Lane.BACKFILL) {
      ahead.values().removeIf(version -> version <= batch.readVersion());
    }
    byte[] backfillPart = batch.cursor().backfill();
    if (backfillPart != null) {
      backfilling = backfillPart.length > 0;
      if (!backfilling) {
        ahead.clear();
      }
    }
    if (batch.chain() != null) {
      store.chainVersion = batch.chain().version();
      batch.chain().lists().forEach(list -> store.chain.put(list.version(), list.keys()));
    }
    store.cursor = store.cursor.updatedBy(batch.cursor());
    if (batch.snapshotEnd()) {
      store.snapshotsEnded++;
      store.loading = false;
      store.values.keySet().retainAll(store.loaded);
    }
  }

  private void applyChange(Change change) {
    switch (change) {
      case Change.Put put -> set(put.key(), bytes(put.value()), put.version());
      case Change.Remove remove -> set(remove.key(), null, remove.version());
      case Change.Part part -> {
        if (part.index() == 0) {
          parts.put(part.key(), new ByteArrayOutputStream());
        }
        ByteArrayOutputStream whole = parts.get(part.key());
        if (whole == null) {
          throw new IllegalStateException("part " + part.index() + " without the first");
        }
        whole.writeBytes(bytes(part.slice()));
        if (part.last()) {
          set(part.key(), whole.toByteArray(), part.version());
        }
      }
    }
  }

  private void set(Key key, byte @Nullable [] value, long version) {
    if (value == null) {
      store.values.remove(key);
    } else {
      store.values.put(key, value);
      store.loaded.add(key);
    }
    store.versions.put(key, version);
    if (store.judge != null) {
      store.judge.applied(key, value);
    }
  }

  private static byte[] bytes(Value value) {
    return value instanceof Value.StringValue(byte[] bytes) ? bytes : new byte[0];
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed(String reason) {
    closed = reason;
  }
}
