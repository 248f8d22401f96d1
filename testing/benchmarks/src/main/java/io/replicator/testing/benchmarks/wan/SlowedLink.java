package io.replicator.testing.benchmarks.wan;

import java.time.Duration;

/**
 * A link that is fast while the first copy is made, so that it does not take all the time, and then
 * has the rate under test.
 */
record SlowedLink(int oneWayMillis, String rate) {
  private static final Duration LOAD_LIMIT = Duration.ofMinutes(4);

  private static final Duration SETTLE = Duration.ofSeconds(8);

  private static final Duration TRICKLE = Duration.ofMillis(50);

  Site open(Bench bench, Contender contender) {
    return Site.open(bench, new Link("0", oneWayMillis, 0), contender);
  }

  /**
   * Copies all of database 0, then slows the link down. What follows goes over a new connection:
   * congestion control would otherwise go on at the rate of the fast link and fill its queue.
   * Single changes go over it until it has settled.
   */
  void loadThenSlow(Site site, Copy copy, int keys) {
    copy.begin();
    Waiting.require(
        LOAD_LIMIT,
        "the first copy",
        () -> {
          copy.check();
          return Targets.hasAll(site.targetClient(), keys);
        });
    Targets.requireEqual(site, keys, Duration.ofSeconds(20));
    site.lab().set("rate", rate);
    copy.reconnect(site.sourceClient());
    long end = System.nanoTime() + SETTLE.toNanos();
    for (int i = 0; System.nanoTime() < end; i++) {
      site.sourceClient().call("SET", "trickle", Integer.toString(i));
      Waiting.pause(TRICKLE);
    }
    String last = site.sourceClient().call("GET", "trickle");
    Waiting.require(
        LOAD_LIMIT,
        "the copy follows again",
        () -> Targets.value(site.targetClient(), "trickle").equals(last));
  }

  @Override
  public String toString() {
    return new Link(rate, oneWayMillis, 0).toString();
  }
}
