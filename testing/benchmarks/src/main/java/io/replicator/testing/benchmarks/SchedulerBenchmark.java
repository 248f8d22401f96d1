package io.replicator.testing.benchmarks;

import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.qos.BlockScheduler;
import io.replicator.hub.qos.BlockSource;
import io.replicator.hub.qos.QosCaps;
import io.replicator.hub.qos.QosShares;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Blocks chosen a second while every feed has something to send. Baseline: look at every feed, take
 * the most urgent that waited longest, which starves the others.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class SchedulerBenchmark {
  private static final int BLOCK_BYTES = 1024;

  @Param({"8", "256"})
  private int feeds;

  private final BlockScheduler scheduler = new BlockScheduler(QosShares.DEFAULT, QosCaps.NONE, 0);
  private final List<Feed> all = new ArrayList<>();
  private long turn;

  @Setup
  public void addFeeds() {
    for (int i = 0; i < feeds; i++) {
      QosLevel level = QosLevel.ofPosition(i % 4);
      Feed feed = new Feed(level);
      scheduler.add(feed, level, i % 8 < 4 ? Lane.LIVE : Lane.BACKFILL);
      scheduler.ready(feed);
      all.add(feed);
    }
  }

  @Benchmark
  public int choose() {
    BlockSource source = scheduler.next(0);
    if (source == null) {
      throw new IllegalStateException("every feed has something to send");
    }
    scheduler.sent(source, BLOCK_BYTES, 0);
    return source.nextBlockBytes();
  }

  @Benchmark
  public long chooseByLookingAtAll() {
    Feed best =
        all.stream()
            .min(
                Comparator.comparing((Feed feed) -> feed.level)
                    .thenComparingLong(feed -> feed.served))
            .orElseThrow();
    best.served = ++turn;
    return best.served;
  }

  private static final class Feed implements BlockSource {
    private final QosLevel level;
    private long served;

    Feed(QosLevel level) {
      this.level = level;
    }

    @Override
    public int nextBlockBytes() {
      return BLOCK_BYTES;
    }
  }
}
