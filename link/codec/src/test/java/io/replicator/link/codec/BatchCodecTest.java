package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchCodecTest {

  @Test
  void decodesWhatItEncoded() {
    long seed = new Random().nextLong();
    RandomBatches batches = new RandomBatches(seed);
    for (int i = 0; i < 500; i++) {
      Batch batch = batches.next();
      Batch decoded = BatchDecoder.decode(batch.feed(), batch.lane(), BatchEncoder.encode(batch));
      assertThat(BatchText.of(decoded))
          .as("seed %d, batch %d", seed, i)
          .isEqualTo(BatchText.of(batch));
    }
  }

  @Test
  void encodesTheVeryBytesThatProtobufWouldWrite() throws Exception {
    long seed = new Random().nextLong();
    RandomBatches batches = new RandomBatches(seed);
    for (int i = 0; i < 200; i++) {
      byte[] raw = BatchEncoder.encode(batches.next());
      assertThat(io.replicator.link.wire.Batch.parseFrom(raw).toByteArray())
          .as("seed %d, batch %d", seed, i)
          .isEqualTo(raw);
    }
  }

  @Test
  void encodesValuesAsTheirMessages() throws Exception {
    Value.Field field = new Value.Field(utf8("name"), utf8("value"), 77);
    Value.Field forever = new Value.Field(utf8("other"), utf8(""), 0);
    byte[] raw =
        BatchEncoder.encode(batchOf(put("k", new Value.HashValue(List.of(field, forever)))));

    var hash =
        io.replicator.link.wire.HashValue.parseFrom(
            io.replicator.link.wire.Batch.parseFrom(raw).getValues());

    assertThat(hash.getNamesList())
        .extracting(name -> name.toStringUtf8())
        .containsExactly("name", "other");
    assertThat(hash.getValuesList())
        .extracting(value -> value.toStringUtf8())
        .containsExactly("value", "");
    assertThat(hash.getExpiriesList()).containsExactly(77L, 0L);
  }

  @Test
  void keepsTheOrderTheCallerChose() {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      changes.add(new Change.Remove(Key.of("key" + i), i + 1));
    }
    Collections.shuffle(changes, new Random(7));

    Batch decoded = decode(BatchEncoder.encode(batchOf(changes.toArray(new Change[0]))));

    assertThat(decoded.changes()).isEqualTo(changes);
  }

  @Test
  void anEmptyCursorPartIsNotAnAbsentOne() {
    Cursor cursor = new Cursor(null, new byte[0]);
    Batch batch =
        new Batch(RandomBatches.FEED, Lane.LIVE, 1, 0, List.of(), cursor, false, false, null);

    assertThat(decode(BatchEncoder.encode(batch)).cursor()).isEqualTo(cursor);
  }

  @Test
  void neighboursWithTheSameBeginningCostOnlyTheirEnds() {
    Change[] changes = new Change[1000];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = new Change.Remove(Key.of(String.format("quote:%06d", i)), i + 1);
    }
    byte[] raw = BatchEncoder.encode(batchOf(changes));

    // kind, shared, length and version take a byte each, the end of the key one or a bit more
    assertThat(raw.length).isLessThan(5200);
  }

  @Test
  void refusesToEncodeMoreEntriesThanAReaderTakes() {
    Change change = new Change.Remove(Key.of("k"), 1);
    Batch batch =
        batchOf(Collections.nCopies(BatchEncoder.MAX_ENTRIES + 1, change).toArray(new Change[0]));

    assertThatThrownBy(() -> BatchEncoder.encode(batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("262145 entries: at most 262144");
  }

  @Test
  void skipsFieldsOfALaterVersion() {
    byte[] raw = BatchEncoder.encode(batchOf(put("k", new Value.StringValue(utf8("v")))));
    byte[] longer = java.util.Arrays.copyOf(raw, raw.length + 4);
    longer[raw.length] = (byte) 0x8a; // field 17, two bytes of data: tag 0x8a 0x01
    longer[raw.length + 1] = 1;
    longer[raw.length + 2] = 1;
    longer[raw.length + 3] = 9;

    assertThat(BatchText.of(decode(longer))).isEqualTo(BatchText.of(decode(raw)));
  }

  static Batch decode(byte[] raw) {
    return BatchDecoder.decode(RandomBatches.FEED, Lane.LIVE, raw);
  }

  static Batch batchOf(Change... changes) {
    return new Batch(
        RandomBatches.FEED, Lane.LIVE, 1, 0, List.of(changes), Cursor.NONE, false, false, null);
  }

  static Change put(String key, Value value) {
    return new Change.Put(Key.of(key), 1, value, 0);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
