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
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Dictionaries for small batches: P175 to P177. */
final class DictionaryTest {
  private static final long SEED = 20261126;
  private static final int LIMIT = 1 << 20;

  private final SplittableRandom random = new SplittableRandom(SEED);

  private Batch batch(int changes) {
    List<Change> all = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      int id = random.nextInt(1_000_000);
      String value =
          "{\"id\":%d,\"name\":\"item %d\",\"price\":%d,\"currency\":\"EUR\",\"stock\":%d}"
              .formatted(id, id, random.nextInt(10_000), random.nextInt(100));
      all.add(
          new Change.Put(
              Key.of("item:" + id),
              1000,
              new Value.StringValue(value.getBytes(StandardCharsets.UTF_8)),
              0));
    }
    return new Batch(RandomBatches.FEED, Lane.LIVE, 7, 1000, all, Cursor.NONE, false, false, null);
  }

  private List<Batch> batches(int count) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batches.add(batch(1 + i % 3));
    }
    return batches;
  }

  private Dictionary trained() {
    return DictionaryTrainer.train(1, batches(400)).orElseThrow();
  }

  /** What comes of it where this has come as dictionary 1; none if it is empty. */
  private static CompressedBatch arrived(EncodedBatch encoded, byte[] dictionary) {
    Reassembler reassembler = new Reassembler(Compression.ZSTD, LIMIT, List.of(1));
    if (dictionary.length > 0) {
      reassembler.dictionaries().learn(1, 1, dictionary);
    }
    Chunker blocks = new Chunker(encoded, 1, Lane.LIVE, 1, 65_536);
    return reassembler.add(blocks.next()).orElseThrow();
  }

  @Test
  void makesSmallBatchesMuchSmaller() { // P175
    Dictionary dictionary = trained();
    long without = 0;
    long with = 0;
    for (Batch batch : batches(100)) {
      EncodedBatch encoded = EncodedBatch.of(batch, Compression.ZSTD, 3, dictionary);
      with += encoded.data().length;
      without += EncodedBatch.of(batch, Compression.ZSTD, 3).data().length;
      assertThat(encoded.dictionary()).isEqualTo(1);
      Batch decoded = arrived(encoded, dictionary.data()).decode(RandomBatches.FEED, LIMIT);
      assertThat(BatchEncoder.encode(decoded)).isEqualTo(BatchEncoder.encode(batch));
    }
    assertThat(with).isLessThan(without * 6 / 10);
  }

  @Test
  void largeBatchesGoWithoutIt() {
    EncodedBatch encoded = EncodedBatch.of(batch(400), Compression.ZSTD, 3, trained());
    assertThat(encoded.rawBytes()).isGreaterThan(Dictionary.MAX_RAW_BYTES);
    assertThat(encoded.dictionary()).isZero();
  }

  @Test
  void otherCompressionsGoWithoutIt() {
    EncodedBatch encoded = EncodedBatch.of(batch(2), Compression.GZIP, 6, trained());
    assertThat(encoded.dictionary()).isZero();
  }

  @Test
  void noiseIsNotWorthOne() {
    List<Batch> noise = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      byte[] value = new byte[200];
      random.nextBytes(value);
      byte[] key = new byte[16];
      random.nextBytes(key);
      noise.add(
          new Batch(
              RandomBatches.FEED,
              Lane.LIVE,
              random.nextLong(),
              1000,
              List.of(new Change.Put(Key.of(key), 1000, new Value.StringValue(value), 0)),
              Cursor.NONE,
              false,
              false,
              null));
    }
    assertThat(DictionaryTrainer.train(1, noise)).isEmpty();
    assertThat(DictionaryTrainer.train(1, batches(10))).as("too few").isEmpty();
  }

  @Test
  void theOneBeforeIsStillKnownTheOneBeforeThatIsNot() { // P177
    Dictionaries dictionaries = new Dictionaries();
    byte[] data = trained().data();
    dictionaries.learn(1, 1, data);
    dictionaries.learn(1, 2, data);
    assertThat(dictionaries.of(1, Compression.ZSTD, 1)).isNotNull();
    dictionaries.learn(1, 3, data);
    assertThat(dictionaries.of(1, Compression.ZSTD, 2)).isNotNull();
    assertThatThrownBy(() -> dictionaries.of(1, Compression.ZSTD, 1))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("dictionary 1 of feed 1");
  }

  @Test
  void whatNamesAnUnknownOneIsRefused() { // P176
    EncodedBatch encoded = EncodedBatch.of(batch(1), Compression.ZSTD, 3, trained());
    assertThatThrownBy(() -> arrived(encoded, new byte[0]))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("dictionary 1");
  }

  @Test
  void anotherDictionaryThanTheHubsIsFoundOut() { // P176
    EncodedBatch encoded = EncodedBatch.of(batch(1), Compression.ZSTD, 3, trained());
    byte[] wrong = new byte[4096];
    random.nextBytes(wrong);
    assertThatThrownBy(() -> arrived(encoded, wrong).decode(RandomBatches.FEED, LIMIT))
        .isInstanceOf(CodecException.class);
  }

  @Test
  void badOnesAreRefused() { // P175, P177
    Dictionaries dictionaries = new Dictionaries();
    assertThatThrownBy(() -> dictionaries.learn(1, 0, new byte[10]))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> dictionaries.learn(1, 1, new byte[0]))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> dictionaries.learn(1, 1, new byte[Dictionary.MAX_BYTES + 1]))
        .isInstanceOf(ProtocolException.class);
    dictionaries.learn(1, 5, new byte[10]);
    assertThatThrownBy(() -> dictionaries.learn(1, 5, new byte[10]))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("6");
  }

  @Test
  void bombsAreNotUnfolded() {
    Dictionary dictionary = trained();
    byte[] packed = dictionary.compress(new byte[10_000]);
    assertThatThrownBy(() -> dictionary.decompress(packed, 10_000, 5_000))
        .isInstanceOf(CodecException.class);
    assertThatThrownBy(() -> dictionary.decompress(packed, 5_000, 20_000))
        .isInstanceOf(CodecException.class);
    assertThat(dictionary.decompress(packed, 10_000, 20_000)).isEqualTo(new byte[10_000]);
  }
}
