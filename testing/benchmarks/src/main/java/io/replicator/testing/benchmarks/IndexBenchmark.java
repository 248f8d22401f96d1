package io.replicator.testing.benchmarks;

import io.replicator.hub.index.ChangeIndex;
import io.replicator.hub.index.IndexSettings;
import io.replicator.testing.testkit.JsonValues;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Keys a second in an index of a million keys, against {@link MapIndex}. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class IndexBenchmark {
  private static final int KEYS = 1_000_000;
  private static final int RECENT = 1_000;

  /** The keys touched one after the other, at random. */
  @State(Scope.Thread)
  public static class Touched {
    private final byte[][] keys = new byte[1 << 16][];
    private int next;

    public Touched() {
      Random random = new Random(7);
      for (int i = 0; i < keys.length; i++) {
        keys[i] = JsonValues.key(random.nextInt(KEYS));
      }
    }

    byte[] next() {
      return keys[next++ & (keys.length - 1)];
    }
  }

  /** The product's index. */
  @State(Scope.Thread)
  public static class Filled {
    private final ChangeIndex index = new ChangeIndex(IndexSettings.plain());
    private final int[] slots = new int[4 * RECENT];

    public Filled() {
      for (int i = 0; i < KEYS; i++) {
        index.touch(JsonValues.key(i));
      }
    }
  }

  /** The baseline. */
  @State(Scope.Thread)
  public static class FilledMaps {
    private final MapIndex index = new MapIndex();

    public FilledMaps() {
      for (int i = 0; i < KEYS; i++) {
        index.touch(JsonValues.key(i));
      }
    }
  }

  @Benchmark
  public int touch(Filled filled, Touched touched) {
    return filled.index.touch(touched.next());
  }

  @Benchmark
  public long touchInMaps(FilledMaps filled, Touched touched) {
    filled.index.touch(touched.next());
    return filled.index.version();
  }

  @Benchmark
  @OperationsPerInvocation(RECENT)
  public int listRecent(Filled filled) {
    long version = filled.index.version();
    return filled.index.listDirty(version - RECENT, version, filled.slots);
  }

  @Benchmark
  @OperationsPerInvocation(RECENT)
  public int listRecentInMaps(FilledMaps filled) {
    long version = filled.index.version();
    return filled.index.countDirty(version - RECENT, version);
  }

  @Benchmark
  @OperationsPerInvocation(KEYS)
  public int sweepAll(Filled filled) {
    ChangeIndex index = filled.index;
    return index.sweep(0, index.version(), 0, index.slotLimit(), slot -> slot >= 0);
  }

  @Benchmark
  @OperationsPerInvocation(KEYS)
  public int sweepAllInMaps(FilledMaps filled) {
    return filled.index.countDirty(0, filled.index.version());
  }
}
