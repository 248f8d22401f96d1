package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * W8: a satellite link and four databases, one of each level. A few REALTIME keys change now and
 * then; in each of the others much more changes than the link carries.
 */
record FourLevels() implements Scenario {
  private static final SlowedLink LINK = new SlowedLink(300, "256kbit");
  private static final List<String> LEVELS = List.of("REALTIME", "HIGH", "LOW", "IDLE");
  private static final int URGENT_KEYS = 20;
  private static final int URGENT_PER_SECOND = 10;
  private static final int BUSY_KEYS = 2000;
  private static final int BUSY_PER_SECOND = 1000;
  private static final Duration FULL_WRITING = Duration.ofSeconds(90);
  private static final Duration LEAST_WRITING = Duration.ofSeconds(20);
  private static final Duration LOOK = Duration.ofMillis(25);
  private static final int BUSY_LOOKS = 20;

  @Override
  public String name() {
    return "W8";
  }

  @Override
  public String title(Bench bench) {
    return "four levels, all busy: "
        + URGENT_PER_SECOND
        + " REALTIME changes/s, "
        + BUSY_PER_SECOND
        + "/s over "
        + BUSY_KEYS
        + " keys in each of HIGH, LOW and IDLE, for "
        + writing(bench).toSeconds()
        + " s";
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim(Result.P99_MS, 450), new Aim("IDLE stands still s", 60));
  }

  private static Duration writing(Bench bench) {
    return bench.scaled(FULL_WRITING, LEAST_WRITING);
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    List<HotKeys> levels = new ArrayList<>();
    try (Site site = LINK.open(bench, contender)) {
      for (int i = 0; i < LEVELS.size(); i++) {
        HotKeys keys = HotKeys.first(i, i == 0 ? URGENT_KEYS : BUSY_KEYS);
        keys.prepare(site.source());
        levels.add(keys);
      }
      Copy copy = site.prepare("0,1,2,3", "", List.of());
      LINK.loadThenSlow(site, copy, URGENT_KEYS);
      try (Sampler sampler = new Sampler(site, copy)) {
        long end = sampler.begunNanos() + writing(bench).toNanos();
        for (int i = 0; i < levels.size(); i++) {
          HotKeys keys = levels.get(i);
          int perSecond = i == 0 ? URGENT_PER_SECOND : BUSY_PER_SECOND;
          long seed = i;
          Thread.ofPlatform()
              .daemon()
              .start(() -> keys.keepChanging(site.source(), perSecond, end, seed));
        }
        watch(site, sampler, levels, end, result);
        sampler.finish(result);
      }
    }
    return result;
  }

  private static void watch(
      Site site, Sampler sampler, List<HotKeys> levels, long endNanos, Result result) {
    List<HotKeys.Watch> watches =
        levels.stream().map(keys -> site.started(keys.watch(site.target()))).toList();
    double idleMoved = 0;
    double longestStill = 0;
    int idleOld = -1;
    try (RespClient target = site.target().client()) {
      for (int look = 0; System.nanoTime() < endNanos; look++) {
        long next = System.nanoTime() + LOOK.toNanos();
        double now = sampler.secondsSoFar();
        watches.getFirst().look(now);
        if (look % BUSY_LOOKS == 0) {
          for (int i = 1; i < watches.size(); i++) {
            watches.get(i).look(now);
          }
          int sum = watches.getLast().changesSeen();
          if (sum != idleOld) {
            idleOld = sum;
            idleMoved = now;
          }
          longestStill = Math.max(longestStill, now - idleMoved);
        }
        Waiting.untilNanos(next);
      }
      result.put("target keys in IDLE", keysOf(target, LEVELS.size() - 1));
    }
    result.staleness(watches.getFirst().staleness());
    result.put("IDLE stands still s", longestStill);
    for (int i = 1; i < watches.size(); i++) {
      Staleness staleness = watches.get(i).staleness();
      result.put(LEVELS.get(i) + " p50 ms", staleness.percentile(0.5));
      result.put(LEVELS.get(i) + " p99 ms", staleness.percentile(0.99));
      result.put(LEVELS.get(i) + " updates seen", watches.get(i).changesSeen());
      result.plot("staleness of " + LEVELS.get(i), staleness.series());
    }
  }

  private static double keysOf(RespClient target, int database) {
    target.call("SELECT", Integer.toString(database));
    return Targets.keys(target);
  }
}
