package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks now and then at what is carried and at the memory of source and hub, from its making to its
 * end, on a thread of its own.
 */
final class Sampler implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(250);

  private final Site site;
  private final Copy copy;
  private final long begunNanos;
  private final LinkCounters before;
  private final double sourceBefore;
  private final double hubBefore;
  private final Thread thread;
  private final List<Staleness.Point> bytes = new ArrayList<>(); // the thread's; others after join
  private double sourcePeak; // the thread's; others after join
  private double hubPeak; // the thread's; others after join
  private volatile boolean stopped; // set by close

  Sampler(Site site, Copy copy) {
    this.site = site;
    this.copy = copy;
    this.begunNanos = System.nanoTime();
    this.before = site.lab().counters();
    this.sourceBefore = sourceMemory(site.sourceClient());
    this.sourcePeak = sourceBefore;
    this.hubBefore = hubMemory();
    this.hubPeak = hubBefore;
    this.thread = Thread.ofPlatform().daemon().name("sampler").start(this::sample);
  }

  long begunNanos() {
    return begunNanos;
  }

  double secondsSoFar() {
    return Waiting.seconds(begunNanos, System.nanoTime());
  }

  private void sample() {
    try (RespClient source = site.source().client()) {
      while (!stopped) {
        look(source);
        Waiting.pause(STEP);
      }
    }
  }

  private void look(RespClient source) {
    LinkCounters carried = site.lab().counters().minus(before);
    bytes.add(new Staleness.Point(secondsSoFar(), carried.downBytes() / 1e6));
    sourcePeak = Math.max(sourcePeak, sourceMemory(source));
    hubPeak = Math.max(hubPeak, hubMemory());
  }

  private static double sourceMemory(RespClient source) {
    return source.info("memory", "used_memory") / 1e6;
  }

  private double hubMemory() {
    return copy.nearSource().stream().mapToDouble(Child::megabytes).sum();
  }

  /** What was carried since the beginning. */
  LinkCounters carried() {
    return site.lab().counters().minus(before);
  }

  /** Ends it and writes what it saw into the result. */
  void finish(Result result) {
    result.wire(carried());
    close();
    result.put(Result.SOURCE_PLUS_MB, sourcePeak - sourceBefore);
    if (!copy.nearSource().isEmpty()) {
      result.put(Result.HUB_MB, hubPeak);
      result.put(Result.HUB_PLUS_MB, hubPeak - hubBefore);
    }
    result.plot("bytes", bytes);
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
