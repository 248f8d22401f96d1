package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * W4: some hot keys of many are changed far faster than the link carries, for a minute; then
 * nothing. Staleness is that of every hot key, looked at five times a second.
 */
record Overload() implements Scenario {
  private static final int FULL_HOT = 10_000;
  private static final int PER_SECOND = 20_000;
  private static final Duration FULL_WRITING = Duration.ofMinutes(1);
  private static final Duration LEAST_WRITING = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final SlowedLink LINK = new SlowedLink(50, "2mbit");

  @Override
  public String name() {
    return "W4";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "overload, %,d updates/s over %,d hot keys of %,d for %d s",
        PER_SECOND,
        hot(bench),
        bench.keys(),
        writing(bench).toSeconds());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Contender> baselines() {
    return List.of(Contender.nativeRedis(), Contender.tunnel(3), Contender.tunnel(9));
  }

  @Override
  public List<Aim> aims() {
    return List.of(
        new Aim(Result.P99_MS, 3000),
        new Aim(Result.MAX_MS, 5000),
        new Aim("resyncs", 0),
        new Aim(Result.SECONDS, 3),
        new Aim(Result.HUB_PLUS_MB, 32),
        new Aim(Result.SOURCE_PLUS_MB, 1));
  }

  private static int hot(Bench bench) {
    return Math.min(FULL_HOT, bench.keys() / 2);
  }

  private static Duration writing(Bench bench) {
    return bench.scaled(FULL_WRITING, LEAST_WRITING);
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    HotKeys hot = HotKeys.first(0, hot(bench));
    try (Site site = LINK.open(bench, contender)) {
      Data.JSON.load(site.sourceClient(), bench.keys());
      hot.prepare(site.source());
      Copy copy = site.prepare();
      LINK.loadThenSlow(site, copy, bench.keys());
      double syncs = site.syncs(copy);
      try (Sampler sampler = new Sampler(site, copy);
          HotKeys.Watch watch = hot.watch(site.target())) {
        long end = sampler.begunNanos() + writing(bench).toNanos();
        Thread writer =
            Thread.ofPlatform()
                .daemon()
                .start(() -> hot.keepChanging(site.source(), PER_SECOND, end, 1));
        boolean right = watch(bench, copy, sampler, watch, writer, end);
        double after = Waiting.seconds(end, System.nanoTime());
        sampler.finish(result);
        result.staleness(watch.staleness());
        result.put("updates/s", hot.writes() / (double) writing(bench).toSeconds());
        result.put("resyncs", site.syncs(copy) - syncs);
        if (copy instanceof Copy.Replicator replicator) {
          result.put("batches", replicator.hubNumber("batchesSent"));
          result.put("keys sent", replicator.hubNumber("keysSent"));
        }
        if (right) {
          result.put(Result.SECONDS, after);
          Targets.requireEqual(site, bench.keys(), Duration.ofSeconds(20));
        } else {
          result.remark("not right " + bench.limit().toSeconds() + " s after the last write");
        }
      }
    }
    return result;
  }

  /** Looks until the writer is done and the target is right. */
  private static boolean watch(
      Bench bench, Copy copy, Sampler sampler, HotKeys.Watch watch, Thread writer, long endNanos) {
    long giveUp = endNanos + bench.limit().toNanos();
    while (System.nanoTime() < giveUp) {
      long next = System.nanoTime() + LOOK.toNanos();
      boolean written = !writer.isAlive();
      int old = watch.look(sampler.secondsSoFar());
      if (written && old == 0) {
        return true;
      }
      copy.check();
      Waiting.untilNanos(written ? System.nanoTime() + LOOK.toNanos() / 10 : next);
    }
    return false;
  }
}
