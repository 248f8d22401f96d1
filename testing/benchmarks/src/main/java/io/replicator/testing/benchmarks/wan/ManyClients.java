package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * W10: a thousand clients at the tail of one hub on one machine. Counters say how often a batch was
 * read, encoded and compressed for all of them.
 */
record ManyClients() implements Scenario {
  private static final int FULL_CLIENTS = 1000;
  private static final int MEASURED = 10;
  private static final int KEYS = 10_000;
  private static final int PER_SECOND = 1000;
  private static final Duration WARMING = Duration.ofSeconds(10);
  private static final Duration FULL_PHASE = Duration.ofSeconds(30);
  private static final Duration LEAST_PHASE = Duration.ofSeconds(8);

  @Override
  public String name() {
    return "W10";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT, "%,d clients at the tail, %,d changes/s", clients(bench), PER_SECOND);
  }

  @Override
  public String link() {
    return "loopback";
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim("keys read / change", 1.05));
  }

  private static int clients(Bench bench) {
    return Math.max(20, bench.scaled(FULL_CLIENTS));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    int clients = clients(bench);
    try (Site site = Site.open(bench, new Link("0", 0, 0), contender)) {
      Data.JSON.load(site.sourceClient(), KEYS);
      Copy copy = site.prepare();
      if (!(copy instanceof Copy.Replicator replicator)) {
        throw new IllegalArgumentException(contender.name() + " has no hub");
      }
      Child hub = copy.nearSource().getFirst();
      double alone = hub.megabytes();
      SwarmProcess swarm = site.swarm("clients", clients, Math.min(clients, MEASURED));
      swarm.awaitCurrent();
      try (SteadyWriter writer = new SteadyWriter(site.source(), KEYS, PER_SECOND)) {
        Waiting.pause(WARMING);
        Counters before = new Counters(replicator, hub, writer, swarm);
        try (Sampler sampler = new Sampler(site, copy)) {
          Waiting.pause(bench.scaled(FULL_PHASE, LEAST_PHASE));
          sampler.finish(result);
        }
        before.until(new Counters(replicator, hub, writer, swarm), result, clients, swarm);
        swarm.requireNoneEnded();
      }
      result.put("hub KB/client", (hub.megabytes() - alone) * 1000 / clients);
    }
    return result;
  }

  /** How far everything was at one moment. */
  private record Counters(
      double built,
      double shared,
      double keysRead,
      double batchesAcked,
      double cpuSeconds,
      long written,
      int mark,
      long nanos) {
    Counters(Copy.Replicator replicator, Child hub, SteadyWriter writer, SwarmProcess swarm) {
      this(
          replicator.hubNumber("batches_built"),
          replicator.hubNumber("batches_shared"),
          replicator.hubNumber("keys_read"),
          replicator.hubNumber("batches_acked"),
          hub.cpuSeconds(),
          writer.written(),
          swarm.mark(),
          System.nanoTime());
    }

    void until(Counters end, Result result, int clients, SwarmProcess swarm) {
      double seconds = Waiting.seconds(nanos, end.nanos);
      double changes = end.written - written;
      LagBuckets lags = swarm.lagsSince(mark);
      result.put(Result.P50_MS, lags.percentile(0.5));
      result.put(Result.P99_MS, lags.percentile(0.99));
      result.put(Result.MAX_MS, lags.percentile(1));
      result.put("changes/s", changes / seconds);
      result.put("delivered/s", swarm.changesSince(mark) / seconds);
      result.put("keys read / change", (end.keysRead - keysRead) / changes);
      result.put("batches built/s", (end.built - built) / seconds);
      result.put("clients / built batch", (end.batchesAcked - batchesAcked) / (end.built - built));
      result.put("hub CPU, cores", (end.cpuSeconds - cpuSeconds) / seconds);
      result.put("hub CPU ms/s a client", 1000 * (end.cpuSeconds - cpuSeconds) / seconds / clients);
    }
  }
}
