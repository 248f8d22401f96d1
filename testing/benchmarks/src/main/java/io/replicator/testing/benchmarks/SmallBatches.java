package io.replicator.testing.benchmarks;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictTrainer;
import io.replicator.api.Change;
import io.replicator.testing.testkit.JsonValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Bytes of small live batches, with and without a dictionary that was trained from other batches:
 * random keys of many, as changes come.
 */
final class SmallBatches {
  private static final int[] ENTRIES = {1, 2, 5, 10, 20, 50, 200, 1000};
  private static final int KEYS = 1_000_000;
  private static final int LEVEL = 9;
  private static final int SAMPLES = 4_000;
  private static final int[] DICTIONARY_KIB = {4, 16, 64};

  private final JsonValues values = new JsonValues(11);
  private final Random random = new Random(12);

  private SmallBatches() {}

  /** A table of bytes an entry. */
  static String table() {
    return new SmallBatches().measure();
  }

  private String measure() {
    List<ZstdDictCompress> dictionaries = new ArrayList<>();
    StringBuilder table =
        new StringBuilder(
            "| changes in a batch | raw | zstd | with a dictionary of 4 KiB | 16 | 64 |\n");
    table.append("| ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (int kib : DICTIONARY_KIB) {
      dictionaries.add(new ZstdDictCompress(trained(kib * 1024), LEVEL));
    }
    for (int entries : ENTRIES) {
      int batches = Math.max(20, 2_000 / entries);
      long raw = 0;
      long plain = 0;
      long[] with = new long[dictionaries.size()];
      for (int i = 0; i < batches; i++) {
        byte[] batch = batch(entries);
        raw += batch.length;
        plain += Math.min(batch.length, Zstd.compress(batch, LEVEL).length);
        for (int d = 0; d < with.length; d++) {
          with[d] += Math.min(batch.length, Zstd.compress(batch, dictionaries.get(d)).length);
        }
      }
      table.append(row(entries, (double) batches * entries, raw, plain, with));
    }
    return table.toString();
  }

  private static String row(int entries, double all, long raw, long plain, long[] with) {
    return String.format(
        Locale.ROOT,
        "| %d | %.1f | %.1f | %.1f | %.1f | %.1f |%n",
        entries,
        raw / all,
        plain / all,
        with[0] / all,
        with[1] / all,
        with[2] / all);
  }

  private byte[] batch(int entries) {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      changes.addAll(JsonBatches.changes(values, random.nextInt(KEYS), 1));
    }
    return Layout.COLUMNS.encode(changes);
  }

  private byte[] trained(int bytes) {
    ZstdDictTrainer trainer = new ZstdDictTrainer(SAMPLES * 1024, bytes, LEVEL);
    for (int i = 0; i < SAMPLES; i++) {
      trainer.addSample(batch(1 + random.nextInt(4)));
    }
    return trainer.trainSamples();
  }
}
