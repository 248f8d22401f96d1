package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.testkit.JsonValues;
import java.time.Duration;
import java.util.List;

/** W11: nothing goes on but one change at a time. */
record IdleLine() implements Scenario {
  private static final Link LINK = new Link("10mbit", 50, 0);
  private static final int FULL_CHANGES = 200;
  private static final int KEYS = 1000;
  private static final int FEWEST_CHANGES = 20;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration SETTLE = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "W11";
  }

  @Override
  public String title(Bench bench) {
    return "idle line, one change at a time, " + changes(bench) + " of them";
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
    return List.of(new Aim(Result.P50_MS, 52));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    try (Site site = Site.open(bench, LINK, contender)) {
      Data.JSON.load(site.sourceClient(), KEYS);
      Copy copy = site.prepare();
      copy.begin();
      Waiting.require(bench.limit(), "the keys", () -> Targets.hasAll(site.targetClient(), KEYS));
      Targets.requireEqual(site, KEYS, SETTLE);
      try (Sampler sampler = new Sampler(site, copy);
          ChangeProbe probe = new ChangeProbe(site, 0, bench.limit())) {
        for (int i = 0; i < changes(bench); i++) {
          String key = new String(JsonValues.key(i), java.nio.charset.StandardCharsets.US_ASCII);
          probe.change(key, sampler.secondsSoFar());
          Waiting.pause(PAUSE);
        }
        sampler.finish(result);
        result.staleness(probe.staleness());
      }
    }
    return result;
  }

  private static int changes(Bench bench) {
    return Math.max(FEWEST_CHANGES, bench.scaled(FULL_CHANGES));
  }
}
