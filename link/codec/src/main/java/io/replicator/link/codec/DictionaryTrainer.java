package io.replicator.link.codec;

import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import io.replicator.api.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a {@link Dictionary} of batches like those it is for, if one pays. */
public final class DictionaryTrainer {
  /** The size that paid as much as larger ones: decision 119. */
  private static final int BYTES = 4096;

  /** Fewer samples say nothing of what is to come. */
  private static final int MIN_SAMPLES = 64;

  /** Each so manieth sample is kept to look whether it pays. */
  private static final int HELD_OUT = 4;

  /** Of a batch's bytes: less is not worth sending the dictionary. */
  private static final double MIN_SAVING = 0.1;

  private DictionaryTrainer() {}

  /**
   * Expensive, meant for a worker.
   *
   * @param number of the dictionary
   * @param samples small batches of the feed
   * @return empty if it would save too little on batches that it was not made of
   */
  public static Optional<Dictionary> train(int number, List<Batch> samples) {
    List<byte[]> learned = new ArrayList<>();
    List<byte[]> heldOut = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      byte[] raw = BatchEncoder.encode(samples.get(i));
      if (raw.length <= Dictionary.MAX_RAW_BYTES) {
        (i % HELD_OUT == 0 ? heldOut : learned).add(raw);
      }
    }
    if (learned.size() < MIN_SAMPLES) {
      return Optional.empty();
    }
    return trained(learned)
        .map(data -> new Dictionary(number, data))
        .filter(dictionary -> pays(dictionary, heldOut));
  }

  private static Optional<byte[]> trained(List<byte[]> samples) {
    int bytes = samples.stream().mapToInt(sample -> sample.length).sum();
    ZstdDictTrainer trainer = new ZstdDictTrainer(bytes, BYTES);
    samples.forEach(trainer::addSample);
    try {
      return Optional.of(trainer.trainSamples());
    } catch (ZstdException e) {
      return Optional.empty(); // too little, or nothing in common
    }
  }

  private static boolean pays(Dictionary dictionary, List<byte[]> batches) {
    long without = 0;
    long with = 0;
    for (byte[] raw : batches) {
      int plain = Compression.ZSTD.compress(raw, Compression.ZSTD.defaultLevel()).length;
      without += Math.min(raw.length, plain);
      with += Math.min(raw.length, dictionary.compress(raw).length);
    }
    return with <= without * (1 - MIN_SAVING);
  }
}
