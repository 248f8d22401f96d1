package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * UDP is blocked while updates go in datagrams, and let through again: how late is the latest
 * update, and after how long do datagrams flow again?
 */
record UdpBlocked() implements Scenario {
  private static final Link LINK = new Link("10mbit", 50, 1);
  private static final Duration BEFORE = Duration.ofSeconds(5);
  private static final Duration BLOCKED = Duration.ofSeconds(10);
  private static final Duration STEP = Duration.ofMillis(500);
  private static final Duration AFTER = Duration.ofSeconds(20);
  private static final double LIMIT_MS = 2000;

  @Override
  public String name() {
    return "udpblocked";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "%,d updates/s of %d B, UDP blocked for %d s",
        UpdateStream.PER_SECOND,
        UpdateStream.VALUE_BYTES,
        BLOCKED.toSeconds());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Contender> ours() {
    return List.of(LossyUpdates.contenders().getLast());
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim(Result.MAX_MS, LIMIT_MS));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    try (Site site = Site.open(bench, LINK, contender)) {
      UpdateStream updates = new UpdateStream(site);
      updates.fill();
      Copy.Replicator copy = (Copy.Replicator) site.prepare();
      copy.begin();
      updates.awaitFilled(bench);
      try (Sampler sampler = new Sampler(site, copy);
          Prober prober = new Prober(site, sampler)) {
        prober.start();
        updates.write(BEFORE, prober);
        result.put("datagrams before", copy.hubNumber("datagrams_sent"));
        site.lab().set("block", "udp");
        updates.write(BLOCKED, prober);
        result.put("fallbacks", copy.hubNumber("datagram_fallbacks"));
        site.lab().set("block", "none");
        result.put("back after s", untilBack(updates, prober, copy));
        prober.finish();
        sampler.finish(result);
        result.staleness(prober.staleness());
        Waiting.require(bench.limit(), "equality", updates::isThere);
        LossyUpdates.datagramFigures(copy, result);
      }
    }
    return result;
  }

  private static double untilBack(UpdateStream updates, Prober prober, Copy.Replicator copy) {
    double before = copy.hubNumber("datagrams_sent");
    long begun = System.nanoTime();
    while (Waiting.seconds(begun, System.nanoTime()) < AFTER.toSeconds()) {
      updates.write(STEP, prober);
      if (copy.hubNumber("datagrams_sent") > before) {
        return Waiting.seconds(begun, System.nanoTime());
      }
    }
    return Double.NaN;
  }
}
