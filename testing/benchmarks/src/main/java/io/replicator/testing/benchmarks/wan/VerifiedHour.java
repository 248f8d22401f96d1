package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;

/**
 * An equal copy that is verified over and over: twelve times, as in an hour with the default of
 * five minutes. What is carried meanwhile has the keep-alives of that time in it, so both are told:
 * all of it, and what the verifications took beyond what the same connection carries while none is
 * under way ({@link VerifiedBytes}).
 */
record VerifiedHour(String name, Duration every) implements Scenario {
  private static final SlowedLink LINK = new SlowedLink(50, "10mbit");
  private static final int TIMES = 12;
  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final String KB_IN_ALL = "KB in all";
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
      VerifiedBytes bytes = new VerifiedBytes();
      awaitVerifications(
          copy,
          before + TIMES,
          times ->
              bytes.seen(
                  System.nanoTime(), both(site.lab().counters().minus(carried)), times - before));
      result.put("s in all", Waiting.seconds(began, System.nanoTime()));
      LinkCounters grown = site.lab().counters().minus(carried);
      result.wire(grown);
      double times = verifications(copy) - before;
      result.put(KB_IN_ALL, both(grown) / 1e3);
      result.put(KB_AN_HOUR, bytes.ofVerifications() / 1e3 * TIMES / times);
      Targets.requireEqual(site, bench.keys(), Duration.ofSeconds(20));
    }
    return result;
  }

  private static double both(LinkCounters counters) {
    return counters.downBytes() + counters.upBytes();
  }

  private void awaitVerifications(Copy copy, double times) {
    awaitVerifications(copy, times, now -> {});
  }

  /**
   * @param seen hears how many there are, several times a second
   */
  private void awaitVerifications(Copy copy, double times, DoubleConsumer seen) {
    Waiting.require(
        LIMIT.plus(every.multipliedBy(TIMES)),
        "verification " + times,
        () -> {
          copy.check();
          Waiting.pause(Duration.ofMillis(250));
          double now = verifications(copy);
          seen.accept(now);
          return now >= times;
        });
  }

  /** Of the hub; the feed tells the same number of its connection, so both are added up. */
  private static double verifications(Copy copy) {
    return copy instanceof Copy.Replicator replicator
        ? Resync.number(replicator.hubPage(), "verifications") / 2
        : 0;
  }
}
