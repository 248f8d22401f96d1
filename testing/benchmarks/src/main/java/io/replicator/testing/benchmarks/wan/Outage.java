package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * W6: the link is cut for half a minute while some keys of many change; the clock runs from the
 * heal.
 */
record Outage() implements Scenario {
  private static final int FULL_CHANGED = 10_000;
  private static final Duration CUT = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final SlowedLink LINK = new SlowedLink(50, "10mbit");
  private static final String BACKLOG = "64 MB backlog";

  @Override
  public String name() {
    return "W6";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "a cut of %d s, %,d of %,d keys change meanwhile",
        CUT.toSeconds(),
        changed(bench),
        bench.keys());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Contender> baselines() {
    return List.of(
        Contender.nativeRedis(),
        Contender.nativeRedis().withRedis(BACKLOG, "--repl-backlog-size", "64mb"),
        Contender.tunnel(3),
        Contender.tunnel(3).withRedis(BACKLOG, "--repl-backlog-size", "64mb"),
        Contender.tunnel(9).withRedis(BACKLOG, "--repl-backlog-size", "64mb"));
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim(Result.SECONDS, 2), new Aim(Result.DOWN_MB, 0.45));
  }

  private static int changed(Bench bench) {
    return Math.min(FULL_CHANGED, bench.keys() / 2);
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    HotKeys changed = HotKeys.spread(0, changed(bench), bench.keys());
    try (Site site = LINK.open(bench, contender)) {
      Data.JSON.load(site.sourceClient(), bench.keys());
      changed.prepare(site.source());
      Copy copy = site.prepare();
      LINK.loadThenSlow(site, copy, bench.keys());
      site.lab().cut();
      long healAt = System.nanoTime() + CUT.toNanos();
      Waiting.pause(CUT.dividedBy(6));
      changed.changeAll(site.source());
      Waiting.untilNanos(healAt);
      try (Sampler sampler = new Sampler(site, copy);
          HotKeys.Watch watch = changed.watch(site.target())) {
        site.lab().heal();
        boolean right =
            Waiting.until(
                bench.limit(),
                () -> {
                  copy.check();
                  Waiting.pause(LOOK);
                  return watch.look(sampler.secondsSoFar()) == 0;
                });
        double seconds = sampler.secondsSoFar();
        Waiting.pause(Duration.ofSeconds(1));
        sampler.finish(result);
        if (right) {
          result.put(Result.SECONDS, seconds);
          Targets.requireEqual(site, bench.keys(), Duration.ofSeconds(20));
        } else {
          result.remark("not within " + bench.limit().toSeconds() + " s");
        }
      }
    }
    return result;
  }
}
