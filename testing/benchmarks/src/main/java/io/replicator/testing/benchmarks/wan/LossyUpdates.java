package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Updates over a line that loses packets, by TCP and by datagrams: how late are they, and how many
 * bytes do they take?
 *
 * @param burst mean length of a loss burst in packets, 0 = losses are independent
 */
record LossyUpdates(String name, double lossPercent, int burst) implements Scenario {
  private static final int ROUND_TRIP_MILLIS = 100;
  private static final Duration FULL = Duration.ofSeconds(60);
  private static final Duration LEAST = Duration.ofSeconds(8);

  private Link wire() {
    return new Link("10mbit", ROUND_TRIP_MILLIS / 2, lossPercent);
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "%,d updates/s of %d B for %d s",
        UpdateStream.PER_SECOND,
        UpdateStream.VALUE_BYTES,
        bench.scaled(FULL, LEAST).toSeconds());
  }

  @Override
  public String link() {
    return wire() + (burst == 0 ? "" : " in bursts of " + burst);
  }

  @Override
  public List<Contender> ours() {
    return contenders();
  }

  /** By TCP with either congestion control, and by datagrams. */
  static List<Contender> contenders() {
    Contender tcp = Contender.replicator();
    return List.of(
        tcp.withCongestionControl("cubic")
            .with("tcp, cubic", List.of("--congestion=cubic"), List.of()),
        tcp.with("tcp, bbr", List.of(), List.of()),
        tcp.with(
            "tcp+udp",
            List.of("--udp=" + Side.SOURCE.address() + ":3334"),
            List.of("--transport=tcp+udp")));
  }

  @Override
  public List<Aim> aims() {
    return List.of();
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name, contender);
    try (Site site = Site.open(bench, wire(), contender)) {
      site.lab().set("burst", Integer.toString(burst));
      UpdateStream updates = new UpdateStream(site);
      updates.fill();
      Copy copy = site.prepare();
      copy.begin();
      updates.awaitFilled(bench);
      try (Sampler sampler = new Sampler(site, copy);
          Prober prober = new Prober(site, sampler)) {
        prober.start();
        long last = updates.write(bench.scaled(FULL, LEAST), prober);
        boolean equal = Waiting.until(bench.limit(), updates::isThere);
        result.put("converged ms", (System.nanoTime() - last) / 1e6);
        prober.finish();
        sampler.finish(result);
        result.staleness(prober.staleness());
        result.put("p99.9 ms", prober.staleness().percentile(0.999));
        result.put("samples", prober.staleness().size());
        if (!equal) {
          result.remark("not equal within " + bench.limit().toSeconds() + " s");
        }
        datagramFigures(copy, result);
      }
    }
    return result;
  }

  /** What the hub counted. */
  static void datagramFigures(Copy copy, Result result) {
    if (copy instanceof Copy.Replicator replicator) {
      for (String figure :
          List.of(
              "datagrams_sent",
              "datagrams_lost",
              "datagrams_late",
              "datagrams_recovered",
              "datagram_bytes",
              "datagram_parity_bytes",
              "datagram_repairs",
              "datagram_fallbacks")) {
        result.put(figure, replicator.hubNumber(figure));
      }
    }
  }
}
