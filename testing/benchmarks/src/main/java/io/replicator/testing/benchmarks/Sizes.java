package io.replicator.testing.benchmarks;

import io.replicator.api.Change;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.hub.index.IndexSettings;
import io.replicator.link.codec.Compression;
import io.replicator.testing.testkit.JsonValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bytes that a million JSON values become, by layout, size of batch and level, with the speed of
 * encoding and compressing on one core; and memory of the index. What does not belong to JMH
 * because its result is a size.
 */
final class Sizes {
  private static final int ENTRY_BYTES = 220;
  private static final int[] BATCH_KIB = {16, 64, 256, 1024};
  private static final int[] ZSTD_LEVELS = {1, 3, 6, 9};
  private static final double MB = 1e6;

  private final List<Change> changes;
  private final StringBuilder table = new StringBuilder();

  private Sizes(int count) {
    changes = JsonBatches.changes(new JsonValues(1), 0, count);
  }

  public static void main(String[] arguments) throws IOException {
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    Sizes sizes = new Sizes(count);
    long raw = 0;
    for (Change change : sizes.changes) {
      raw += Layout.COLUMNS.encode(List.of(change)).length;
    }
    sizes.table.append(
        String.format(Locale.ROOT, "%,d values, %.1f MB one by one%n%n", count, raw / MB));
    sizes.table.append("| layout | codec | batch, KiB raw | MB sent | MB/s of raw |\n");
    sizes.table.append("| --- | --- | ---: | ---: | ---: |\n");
    sizes.measureBatchesAndLevels();
    sizes.measureCodecs();
    sizes.measureTransforms();
    String small = SmallBatches.table();
    System.out.print(small);
    sizes.table.append("\nBytes an entry of small batches, zstd 9:\n\n").append(small);
    sizes.measureIndex(count);
    Files.writeString(Path.of(arguments[0]).resolve("sizes.md"), sizes.table);
  }

  private void measureBatchesAndLevels() {
    measure(Layout.COLUMNS, Compression.ZSTD, 3, 256); // warms up; the line is repeated below
    table.setLength(table.lastIndexOf("| columns"));
    for (Layout layout : List.of(Layout.ROWS, Layout.COLUMNS)) {
      for (int level : ZSTD_LEVELS) {
        for (int kib : BATCH_KIB) {
          measure(layout, Compression.ZSTD, level, kib);
        }
      }
    }
  }

  private void measureCodecs() {
    measure(Layout.COLUMNS, Compression.NONE, 0, 256);
    measure(Layout.COLUMNS, Compression.LZ4, 0, 256);
    measure(Layout.COLUMNS, Compression.LZ4, 9, 256);
    measure(Layout.COLUMNS, Compression.GZIP, 6, 256);
    measure(Layout.COLUMNS, Compression.XZ, 6, 256);
  }

  private void measureTransforms() {
    for (Layout layout : List.of(Layout.SHUFFLED, Layout.NUMBERS_APART, Layout.FIELDS_APART)) {
      measure(layout, Compression.ZSTD, 3, 64);
      measure(layout, Compression.ZSTD, 3, 256);
      measure(layout, Compression.ZSTD, 9, 256);
    }
  }

  private void measure(Layout layout, Compression compression, int level, int kib) {
    int entries = kib * 1024 / ENTRY_BYTES;
    long raw = 0;
    long sent = 0;
    long start = System.nanoTime();
    for (int from = 0; from < changes.size(); from += entries) {
      byte[] batch = layout.encode(changes.subList(from, Math.min(changes.size(), from + entries)));
      raw += batch.length;
      sent += Math.min(batch.length, compression.compress(batch, level).length);
    }
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    String codec = compression == Compression.NONE ? "none" : compression.text() + " " + level;
    String line =
        String.format(
            Locale.ROOT,
            "| %s | %s | %d | %.2f | %.0f |%n",
            layout.text(),
            codec,
            kib,
            sent / MB,
            raw / MB / seconds);
    System.out.print(line);
    table.append(line);
  }

  private void measureIndex(int keys) {
    long baseline =
        heapOf(() -> {
          MapIndex maps = new MapIndex();
          for (int i = 0; i < keys; i++) {
            maps.touch(JsonValues.key(i));
          }
          return maps;
        });
    long product =
        heapOf(() -> {
          ChangeIndex index = new ChangeIndex(IndexSettings.plain());
          for (int i = 0; i < keys; i++) {
            index.touch(JsonValues.key(i));
          }
          return index;
        });
    table.append(
        String.format(
            Locale.ROOT,
            "%n| index of %,d keys | heap, B/key |%n| --- | ---: |%n| ChangeIndex | %.1f |%n"
                + "| HashMap and ConcurrentSkipListMap | %.1f |%n",
            keys,
            product / (double) keys,
            baseline / (double) keys));
  }

  private static long heapOf(Supplier<Object> filled) {
    List<Object> kept = new ArrayList<>();
    long before = usedHeap();
    kept.add(filled.get());
    long after = usedHeap();
    return kept.isEmpty() ? 0 : after - before;
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
