package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;

/**
 * W9: fifty clients at the tail of one hub on one machine, then the process of one of them stands
 * still (SIGSTOP). What do the others notice?
 */
record StalledClient() implements Scenario {
  private static final int OTHERS = 49;
  private static final int KEYS = 10_000;
  private static final int PER_SECOND = 1000;
  private static final Duration FULL_PHASE = Duration.ofSeconds(30);
  private static final Duration LEAST_PHASE = Duration.ofSeconds(8);

  @Override
  public String name() {
    return "W9";
  }

  @Override
  public String title(Bench bench) {
    return "one of "
        + (OTHERS + 1)
        + " clients stalled, "
        + PER_SECOND
        + " changes/s, "
        + phase(bench).toSeconds()
        + " s without and with";
  }

  @Override
  public String link() {
    return "loopback";
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim("p99 stalled / before", 1.1), new Aim(Result.SOURCE_PLUS_MB, 1));
  }

  private static Duration phase(Bench bench) {
    return bench.scaled(FULL_PHASE, LEAST_PHASE);
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    try (Site site = Site.open(bench, new Link("0", 0, 0), contender)) {
      Data.JSON.load(site.sourceClient(), KEYS);
      Copy copy = site.prepare();
      SwarmProcess others = site.swarm("others", OTHERS, OTHERS);
      SwarmProcess one = site.swarm("one", 1, 1);
      others.awaitCurrent();
      one.awaitCurrent();
      try (SteadyWriter writer = new SteadyWriter(site.source(), KEYS, PER_SECOND)) {
        Waiting.pause(LEAST_PHASE);
        int before = others.mark();
        Waiting.pause(phase(bench));
        LagBuckets calm = others.lagsSince(before);
        try (Sampler sampler = new Sampler(site, copy)) {
          one.child().setStopped(true);
          int stalled = others.mark();
          Waiting.pause(phase(bench));
          LagBuckets lags = others.lagsSince(stalled);
          sampler.finish(result);
          result.put(Result.P50_MS, lags.percentile(0.5));
          result.put(Result.P99_MS, lags.percentile(0.99));
          result.put(Result.MAX_MS, lags.percentile(1));
          result.put("p50 before ms", calm.percentile(0.5));
          result.put("p99 before ms", calm.percentile(0.99));
          result.put("p99 stalled / before", lags.percentile(0.99) / calm.percentile(0.99));
        } finally {
          one.child().setStopped(false);
        }
        others.requireNoneEnded();
        result.put("changes written", (double) writer.written());
      }
    }
    return result;
  }
}
