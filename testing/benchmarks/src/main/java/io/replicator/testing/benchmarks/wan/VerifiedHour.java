package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * An equal copy that is verified over and over: twelve times, as in an hour with the default of
 * five minutes. What is carried meanwhile has the keep-alives of that time in it: an hour's when
 * the verifications are five minutes apart, next to none when they are five seconds apart.
 */
record VerifiedHour(String name, Duration every) implements Scenario {
  private static final SlowedLink LINK = new SlowedLink(50, "10mbit");
  private static final int TIMES = 12;
  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final String KB_AN_HOUR = "KB for 12 verifications";

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "verify: %,d equal keys, %d times, every %d s",
        bench.keys(),
        TIMES,
        every.toSeconds());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Contender> baselines() {
    return List.of();
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim(KB_AN_HOUR, 60));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    try (Site site = LINK.open(bench, contender)) {
      Data.JSON.load(site.sourceClient(), bench.keys());
      Copy copy =
          site.prepare(
              "0", "", List.of("--verify-every=" + every.toSeconds() + "s", "--verify-rate=0"));
      LINK.loadThenSlow(site, copy, bench.keys());
      awaitVerifications(copy, 1);
      double before = verifications(copy);
      LinkCounters carried = site.lab().counters();
      long began = System.nanoTime();
      awaitVerifications(copy, before + TIMES);
      result.put("s in all", Waiting.seconds(began, System.nanoTime()));
      LinkCounters grown = site.lab().counters().minus(carried);
      result.wire(grown);
      double times = verifications(copy) - before;
      result.put(KB_AN_HOUR, (grown.downBytes() + grown.upBytes()) / 1e3 * TIMES / times);
      Targets.requireEqual(site, bench.keys(), Duration.ofSeconds(20));
    }
    return result;
  }

  private void awaitVerifications(Copy copy, double times) {
    Waiting.require(
        LIMIT.plus(every.multipliedBy(TIMES)),
        "verification " + times,
        () -> {
          copy.check();
          Waiting.pause(Duration.ofMillis(500));
          return verifications(copy) >= times;
        });
  }

  /** Of the hub; the feed tells the same number of its connection, so both are added up. */
  private static double verifications(Copy copy) {
    return copy instanceof Copy.Replicator replicator
        ? Resync.number(replicator.hubPage(), "verifications") / 2
        : 0;
  }
}
