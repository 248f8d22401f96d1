package io.replicator.link.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.replicator.api.Batch;
import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Batch.VersionList;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.KeyAnswer;
import io.replicator.link.wire.KeyQuery;
import io.replicator.link.wire.Level;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.Pong;
import io.replicator.link.wire.StoredCursor;
import io.replicator.link.wire.Welcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes spec/vectors; run by hand, because the vectors are the judge of the code and not its
 * product: {@code java … io.replicator.link.codec.Vectors} in link/codec.
 */
final class Vectors {
  private static final long EXPIRY = 1_700_000_000_000L;

  private final List<Vector> all = new ArrayList<>();

  public static void main(String[] arguments) throws IOException {
    Files.createDirectories(Vector.FOLDER);
    Vectors vectors = new Vectors();
    vectors.addFrames();
    vectors.addBatches();
    vectors.addCompressed();
    vectors.addBadBatches();
    for (Vector vector : vectors.all) {
      vector.write();
    }
  }

  private void addFrames() throws IOException {
    FeedRequest feed =
        FeedRequest.newBuilder()
            .setFeed(1)
            .setDatabase(5)
            .addIncludes("quote:*")
            .addExcludes("*:tmp")
            .setLevel(Level.LEVEL_HIGH)
            .addCursors(
                StoredCursor.newBuilder().setLive(utf8("live")).setBackfill(ByteString.EMPTY))
            .addCursors(StoredCursor.getDefaultInstance())
            .build();
    Hello hello =
        Hello.newBuilder()
            .setProtocol(1)
            .setClientId("ship-7")
            .setToken("secret")
            .addCodecs(Compression.ZSTD.codec())
            .addCodecs(Compression.NONE.codec())
            .addFeeds(feed)
            .setWindowBytes(4 << 20)
            .setMaxBatchBytes(16 << 20)
            .build();
    frame("hello", "P1 P10 P20 P21", "what a client asks for", Frame.newBuilder().setHello(hello));
    FeedGrant grant =
        FeedGrant.newBuilder()
            .setFeed(1)
            .setLevel(Level.LEVEL_LOW)
            .setEpoch(0x0102030405060708L)
            .setResume(FeedGrant.Resume.SNAPSHOT)
            .setReason("unknown epoch")
            .setKeys(1_000_000)
            .build();
    Welcome welcome =
        Welcome.newBuilder()
            .setProtocol(1)
            .setHubId("hub-a")
            .setCodec(Compression.ZSTD.codec())
            .setBlockBytes(1024)
            .setKeepaliveMillis(10_000)
            .addFeeds(grant)
            .build();
    frame("welcome", "P1 P12 P15 P22", "what it gets", Frame.newBuilder().setWelcome(welcome));
    addBlocks();
    Ack ack = Ack.newBuilder().addBatches(1).addBatches(300).setReceivedBytes(70_000).build();
    frame("ack", "P1 P60", "two batches are stored", Frame.newBuilder().setAck(ack));
    frame(
        "ack-window",
        "P1 P161",
        "a batch is stored, and the window is smaller from now on",
        Frame.newBuilder()
            .setAck(Ack.newBuilder().addBatches(7).setReceivedBytes(5000).setWindowBytes(8192)));
    Ping ping = Ping.newBuilder().setNonce(-1).build();
    frame("ping", "P1 P70", "are you there", Frame.newBuilder().setPing(ping));
    Pong pong = Pong.newBuilder().setNonce(-1).setUnixMicros(EXPIRY * 1000).build();
    frame("pong", "P1 P71", "yes, and it is this late", Frame.newBuilder().setPong(pong));
    Frame error = WireError.FORBIDDEN.frame("client ship-7 may not read database 5");
    frame("error", "P1 P80", "the end, and why", error.toBuilder());
    KeyQuery query =
        KeyQuery.newBuilder().setFeed(1).setQuery(9).addKeys(utf8("a")).addKeys(utf8("b")).build();
    frame("key-query", "P1 P75", "who is still there", Frame.newBuilder().setKeyQuery(query));
    KeyAnswer answer =
        KeyAnswer.newBuilder().setQuery(9).setPresent(ByteString.copyFrom(new byte[] {2})).build();
    frame("key-answer", "P1 P75", "only the second", Frame.newBuilder().setKeyAnswer(answer));
  }

  private void addBlocks() throws IOException {
    EncodedBatch batch = EncodedBatch.ofRaw(CompressionTest.text(100), Compression.NONE, 0, 0);
    Chunker chunker = new Chunker(batch, 1, Lane.BACKFILL, 7, 64);
    Frame.Builder first = Frame.newBuilder().setBlock(chunker.next());
    frame("block-first", "P1 P50 P52", "a batch of 100 bytes begins", first);
    Frame.Builder second = Frame.newBuilder().setBlock(chunker.next());
    frame("block-second", "P1 P50 P53", "and ends", second);
  }

  private void addBatches() {
    batch(
        "batch-empty",
        "P20 P33",
        "no entry: only the backfill's end",
        Lane.BACKFILL,
        List.of(),
        null);
    batch("batch-string", "P40 P44", "one string", put("k", new Value.StringValue(bytes("v"))));
    batch(
        "batch-remove", "P40 P41", "a removal has no value", new Change.Remove(Key.of("gone"), 12));
    batch(
        "batch-expiries",
        "P40 P43",
        "only entries with an expiry have one",
        new Change.Put(Key.of("a"), 11, new Value.StringValue(bytes("1")), EXPIRY),
        new Change.Put(Key.of("b"), 12, new Value.StringValue(bytes("2")), 0),
        new Change.Put(Key.of("c"), 13, new Value.StringValue(bytes("3")), EXPIRY - 5));
    batch(
        "batch-shared-keys",
        "P42 P43",
        "neighbours share the beginning of their keys; versions go up and down",
        new Change.Put(Key.of("quote:000123"), 20, new Value.StringValue(bytes("1")), 0),
        new Change.Put(Key.of("quote:000124"), 9, new Value.StringValue(bytes("2")), 0),
        new Change.Remove(Key.of("quote:"), 14),
        new Change.Remove(Key.of(""), 15));
    batch(
        "batch-long-shared-key",
        "P42",
        "255 bytes are shared and not one more",
        new Change.Remove(Key.of("k".repeat(300)), 11),
        new Change.Remove(Key.of("k".repeat(300) + "2"), 12));
    batch(
        "batch-hash",
        "P44 P46",
        "a hash with an expiry of one field",
        put(
            "h",
            new Value.HashValue(
                List.of(
                    new Value.Field(bytes("f"), bytes("1"), 0),
                    new Value.Field(bytes("g"), bytes("2"), EXPIRY)))));
    batch(
        "batch-list",
        "P44",
        "a list",
        put("l", new Value.ListValue(List.of(bytes("x"), bytes(""), bytes("x")))));
    batch(
        "batch-set", "P44", "a set", put("s", new Value.SetValue(List.of(bytes("b"), bytes("a")))));
    batch(
        "batch-zset",
        "P44 P46",
        "a sorted set with every odd score",
        put(
            "z",
            new Value.SortedSetValue(
                List.of(
                    new Value.ScoredMember(bytes("low"), Double.NEGATIVE_INFINITY),
                    new Value.ScoredMember(bytes("zero"), -0.0),
                    new Value.ScoredMember(bytes("half"), 0.5),
                    new Value.ScoredMember(bytes("high"), Double.POSITIVE_INFINITY)))));
    Value.StreamEntry entry =
        new Value.StreamEntry("1700000000000-1", List.of(bytes("f"), bytes("v")));
    batch(
        "batch-stream",
        "P44 P46",
        "a stream",
        put("x", new Value.StreamValue(List.of(entry), "1700000000000-9", -1, "0-0")));
    batch(
        "batch-opaque",
        "P44 P46",
        "a module's value",
        put("m", new Value.OpaqueValue("MBbloom--", new byte[] {0, -1, 7})));
    batch(
        "batch-parts",
        "P35 P41",
        "a large list in parts, another key between",
        new Change.Part(
            Key.of("big"), 11, 0, false, new Value.ListValue(List.of(bytes("1"))), EXPIRY),
        new Change.Remove(Key.of("other"), 12),
        new Change.Part(
            Key.of("big"), 11, 1, true, new Value.ListValue(List.of(bytes("2"))), EXPIRY));
    batch(
        "batch-binary",
        "P4",
        "nothing is text",
        new Change.Put(
            Key.of(new byte[] {0, -1, '\n'}), 11, new Value.StringValue(new byte[] {-128, 0}), 0));
    VersionChain chain =
        new VersionChain(
            42,
            List.of(
                new VersionList(41, List.of(Key.of("a"), Key.of("b")), EXPIRY),
                new VersionList(42, List.of(), 0)));
    batch(
        "batch-chain",
        "P36",
        "the version chain comes behind its changes",
        Lane.LIVE,
        List.of(put("a", new Value.StringValue(bytes("v")))),
        chain);
  }

  private void addCompressed() {
    byte[] raw = CompressionTest.text(400);
    for (Compression compression : Compression.values()) {
      byte[] data = compression.compress(raw, compression.defaultLevel());
      add(
          "compressed-" + compression.text(),
          "P48 P49",
          "400 bytes of a, b, c, d",
          "compressed",
          data,
          String.format(
              "codec: %s%nraw_bytes: %d%nchecksum: %016x",
              compression.text(), raw.length, EncodedBatch.checksum(raw)));
    }
  }

  private void addBadBatches() {
    io.replicator.link.wire.Batch one =
        io.replicator.link.wire.Batch.newBuilder()
            .addKinds(1)
            .addKeyShared(0)
            .addKeyLengths(1)
            .setKeys(utf8("a"))
            .addVersions(3)
            .addValueLengths(1)
            .setValues(utf8("v"))
            .build();
    bad(
        "bad-kind",
        "P41",
        "type 8 does not exist",
        "BAD_VALUE",
        one.toBuilder().setKinds(0, 8).build().toByteArray());
    bad(
        "bad-last-flag",
        "P41",
        "the last part of no part",
        "BAD_VALUE",
        one.toBuilder().setKinds(0, 65).build().toByteArray());
    bad(
        "bad-shared",
        "P42",
        "the first key shares nothing",
        "BAD_VALUE",
        one.toBuilder().setKeyShared(0, 1).build().toByteArray());
    bad(
        "bad-key-length",
        "P45",
        "a key longer than all keys",
        "TRUNCATED",
        one.toBuilder().setKeyLengths(0, -1).build().toByteArray());
    bad(
        "bad-version",
        "P43",
        "a version below 1",
        "BAD_VALUE",
        one.toBuilder().setVersions(0, 0).build().toByteArray());
    bad(
        "bad-column-too-long",
        "P44",
        "one version too many",
        "BAD_VALUE",
        one.toBuilder().addVersions(1).build().toByteArray());
    bad(
        "bad-value-length",
        "P45",
        "a value longer than all values",
        "TRUNCATED",
        one.toBuilder().setValueLengths(0, 2).build().toByteArray());
    byte[] once = one.toByteArray();
    byte[] twice = Arrays.copyOf(once, once.length + 3);
    System.arraycopy(new byte[] {7 << 3 | 2, 1, 1}, 0, twice, once.length, 3);
    bad("bad-column-twice", "P44", "kinds stands twice", "MALFORMED", twice);
    bad("bad-unpacked", "P44", "kinds is not packed", "MALFORMED", new byte[] {7 << 3, 1});
    bad("bad-half", "P45", "cut in the middle", "TRUNCATED", Arrays.copyOf(once, once.length - 1));
  }

  private void frame(String name, String rules, String what, Frame.Builder frame)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    frame.build().writeDelimitedTo(bytes);
    add(
        "frame-" + name,
        rules,
        what,
        "frame",
        bytes.toByteArray(),
        TextFormat.printer().printToString(frame));
  }

  private void batch(String name, String rules, String what, Change... changes) {
    batch(name, rules, what, Lane.LIVE, List.of(changes), null);
  }

  private void batch(
      String name,
      String rules,
      String what,
      Lane lane,
      List<Change> changes,
      @org.jspecify.annotations.Nullable VersionChain chain) {
    Cursor cursor =
        lane == Lane.LIVE ? new Cursor(bytes("here"), null) : new Cursor(null, new byte[0]);
    Batch batch =
        new Batch(
            RandomBatches.FEED,
            lane,
            0x0102030405060708L,
            10,
            changes,
            cursor,
            false,
            lane == Lane.BACKFILL,
            chain);
    add(name, rules, what, "batch", BatchEncoder.encode(batch), BatchText.of(batch));
  }

  private void bad(String name, String rules, String what, String category, byte[] bytes) {
    add(name, rules, what, "bad-batch", bytes, category);
  }

  private void add(
      String name, String rules, String what, String kind, byte[] bytes, String means) {
    all.add(new Vector(name, Arrays.asList(rules.split(" ", -1)), what, kind, bytes, means));
  }

  private static Change put(String key, Value value) {
    return new Change.Put(Key.of(key), 11, value, 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
