package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.replicator.api.Batch;
import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramAck;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.DatagramMode;
import io.replicator.link.wire.DatagramOffer;
import io.replicator.link.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of datagrams: how they are written (by hand, see {@link Vectors}) and checked.
 *
 * <pre>
 *   datagram       a payload; what it means is its text, and below it that of its batch
 *   bad-datagram   a payload that is refused, and as what; highest number sent: 9
 * </pre>
 */
final class DatagramVectors {
  private static final long HIGHEST = 9;

  private final List<Vector> all = new ArrayList<>();

  public static void main(String[] arguments) throws IOException {
    DatagramVectors vectors = new DatagramVectors();
    vectors.addFrames();
    vectors.addGood();
    vectors.addBad();
    for (Vector vector : vectors.all) {
      vector.write();
    }
  }

  // Checking.

  static void check(Vector vector) throws IOException {
    Datagram datagram = DatagramFormat.parse(vector.bytes());
    assertThat(text(datagram)).isEqualTo(vector.means());
    assertThat(datagram.toByteArray()).isEqualTo(vector.bytes());
    read(datagram);
  }

  static void checkBad(Vector vector) {
    ProtocolException error =
        catchThrowableOfType(
            ProtocolException.class, () -> read(DatagramFormat.parse(vector.bytes())));
    assertThat(error).as(vector.what()).isNotNull();
    String category = error instanceof CodecException codec ? " " + codec.category() : "";
    assertThat(error.error() + category).isEqualTo(vector.means().strip());
  }

  /** As the one that it comes to reads it. */
  private static void read(Datagram datagram) {
    if (datagram.hasBatch()) {
      var _ =
          DatagramFormat.decode(
              datagram.getBatch(), RandomBatches.FEED, Compression.ZSTD, new Dictionaries());
    }
    DatagramAck ack = datagram.getAck();
    NumberRanges.decode(ack.getReceivedList(), HIGHEST, (first, last) -> {});
    NumberRanges.decode(ack.getAppliedList(), HIGHEST, (first, last) -> {});
  }

  private static String text(Datagram datagram) {
    String text = TextFormat.printer().printToString(datagram);
    if (!datagram.hasBatch()) {
      return text;
    }
    return text
        + BatchText.of(
            DatagramFormat.decode(
                datagram.getBatch(), RandomBatches.FEED, Compression.ZSTD, new Dictionaries()));
  }

  // Writing.

  private void addFrames() throws IOException {
    byte[] fingerprint = new byte[32];
    Arrays.fill(fingerprint, (byte) 0xab);
    DatagramOffer offer =
        DatagramOffer.newBuilder()
            .setPort(3334)
            .setFingerprint(ByteString.copyFrom(fingerprint))
            .setToken(ByteString.copyFromUtf8("sixteen of bytes"))
            .setEnded(true)
            .build();
    frame(
        "datagram-offer",
        "P1 P140 P141 P142 P144",
        "others, where they were before have ended",
        Frame.newBuilder().setDatagramOffer(offer));
    DatagramMode mode =
        DatagramMode.newBuilder().setFeed(1).setOn(true).setFirst(7).setPassed(300).build();
    frame(
        "datagram-mode",
        "P1 P145 P149",
        "live changes of feed 1 come in datagrams from number 7 on",
        Frame.newBuilder().setDatagramMode(mode));
    frame(
        "datagram-ack",
        "P1 P151 P152",
        "1 to 3 and 5 to 9 came, 1 to 2 are applied",
        Frame.newBuilder().setDatagramAck(ack(List.of(1L, 3L, 2L, 5L), List.of(1L, 2L))));
  }

  private void addGood() {
    datagram(
        "datagram-token",
        "P142",
        "the client's first",
        Datagram.newBuilder().setToken(ByteString.copyFromUtf8("sixteen of bytes")));
    datagram(
        "datagram-ack",
        "P151 P152",
        "1 to 3 and 5 to 9 came, 1 to 2 are applied",
        Datagram.newBuilder().setAck(ack(List.of(1L, 3L, 2L, 5L), List.of(1L, 2L))));
    Change put = put("k", 12);
    Change gone = new Change.Remove(Key.of("gone"), 13);
    datagram(
        "datagram-batch",
        "P146 P147 P148 P149",
        "a value and a removal; all up to version 11 is there",
        batch(Compression.NONE, live(Cursor.NONE, false, null, gone, put)));
    datagram(
        "datagram-batch-zstd",
        "P147",
        "compressed as was agreed",
        batch(Compression.ZSTD, live(Cursor.NONE, false, null, gone, put)));
  }

  private void addBad() {
    Change put = put("k", 12);
    DatagramBatch good =
        batch(Compression.NONE, live(Cursor.NONE, false, null, put)).build().getBatch();
    byte[] whole = Datagram.newBuilder().setBatch(good).build().toByteArray();
    all.add(
        bad(
            "cut",
            "P157",
            "it ends before its length",
            Arrays.copyOf(whole, whole.length - 3),
            "BAD_BATCH MALFORMED"));
    bad("cursor", "it has a cursor", live(new Cursor(new byte[] {1}, null), false, null, put));
    bad("snapshot", "a snapshot begins in it", live(Cursor.NONE, true, null, put));
    bad(
        "chain",
        "it has a version chain",
        live(Cursor.NONE, false, new VersionChain(12, List.of()), put));
    Change part =
        new Change.Part(Key.of("k"), 12, 0, false, new Value.StringValue(new byte[] {1}), 0);
    bad("part", "it has a part of a value", live(Cursor.NONE, false, null, part));
    bad(
        "codec",
        "P147",
        "a codec that was not agreed on",
        good.toBuilder().setCodec(Codec.CODEC_GZIP),
        "BAD_BATCH COMPRESSION");
    bad(
        "large",
        "P147",
        "it says that it unfolds to more than 65,536 bytes",
        good.toBuilder().setCodec(Codec.CODEC_ZSTD).setRawBytes(65_537),
        "BATCH_TOO_LARGE TOO_LARGE");
    bad(
        "checksum",
        "P157",
        "other bytes than were sent",
        good.toBuilder().setChecksum(1),
        "CHECKSUM CHECKSUM");
    badAck("future", "number 10 was not sent", List.of(1L, 10L));
    badAck("odd", "a distance without a length", List.of(1L, 3L, 2L));
    badAck("overlap", "a range that begins in the one before", List.of(1L, 3L, 0L, 2L));
    badAck("empty-range", "a range of nothing", List.of(1L, 0L));
    badAck("huge", "a length beyond all numbers", List.of(1L, Long.MAX_VALUE));
    badAck("negative", "a distance back, as a 64-bit number wraps", List.of(5L, 1L, -3L, 1L));
  }

  private static DatagramAck ack(List<Long> received, List<Long> applied) {
    return DatagramAck.newBuilder().addAllReceived(received).addAllApplied(applied).build();
  }

  private static Change put(String key, long version) {
    byte[] value = "a value, a value, a value".getBytes(StandardCharsets.US_ASCII);
    return new Change.Put(Key.of(key), version, new Value.StringValue(value), 0);
  }

  private static Batch live(
      Cursor cursor, boolean begins, @Nullable VersionChain chain, Change... changes) {
    return new Batch(
        RandomBatches.FEED, Lane.LIVE, 7, 13, List.of(changes), cursor, begins, false, chain);
  }

  private static Datagram.Builder batch(Compression compression, Batch batch) {
    int level = compression == Compression.NONE ? 0 : 3;
    byte[] payload = DatagramFormat.encode(1, 4, 11, EncodedBatch.of(batch, compression, level));
    return DatagramFormat.parse(payload).toBuilder();
  }

  private void frame(String name, String rules, String what, Frame.Builder frame)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    frame.build().writeDelimitedTo(bytes);
    String means = TextFormat.printer().printToString(frame);
    add("frame-" + name, rules, what, "frame", bytes.toByteArray(), means);
  }

  private void datagram(String name, String rules, String what, Datagram.Builder datagram) {
    byte[] bytes = datagram.build().toByteArray();
    add(name, rules, what, "datagram", bytes, text(datagram.build()));
  }

  private void bad(String name, String what, Batch batch) {
    DatagramBatch.Builder built = batch(Compression.NONE, batch).getBatch().toBuilder();
    bad(name, "P147", what, built, "BAD_BATCH BAD_VALUE");
  }

  private void bad(
      String name, String rules, String what, DatagramBatch.Builder batch, String means) {
    byte[] bytes = Datagram.newBuilder().setBatch(batch).build().toByteArray();
    all.add(bad(name, rules, what, bytes, means));
  }

  private void badAck(String name, String what, List<Long> ranges) {
    byte[] bytes = Datagram.newBuilder().setAck(ack(ranges, List.of())).build().toByteArray();
    all.add(bad("ack-" + name, "P152", what, bytes, "BAD_ACK"));
  }

  private static Vector bad(String name, String rules, String what, byte[] bytes, String means) {
    return new Vector(
        "bad-datagram-" + name,
        Arrays.asList(rules.split(" ", -1)),
        what,
        "bad-datagram",
        bytes,
        means);
  }

  private void add(
      String name, String rules, String what, String kind, byte[] bytes, String means) {
    all.add(new Vector(name, Arrays.asList(rules.split(" ", -1)), what, kind, bytes, means));
  }
}
