package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.testkit.JsonValues;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * W5: changes during the initial load of W1, (a) in a REALTIME database beside it, (b) of any key
 * of the database being loaded, one at a time each. They begin with the first key at the target: a
 * change made before there is a connection is part of what has to be loaded.
 */
record ChangeDuringLoad() implements Scenario {
  private static final Link LINK = new Link("10mbit", 50, 0);
  private static final int LOADED = 0;
  private static final int REALTIME = 1;
  private static final Duration PAUSE = Duration.ofMillis(50);

  @Override
  public String name() {
    return "W5";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT, "changes during the initial load of %,d JSON values", bench.keys());
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
    return List.of(new Aim("(a) REALTIME p99 ms", 100), new Aim(Result.P99_MS, 300));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    int keys = bench.keys();
    Result result = new Result(name(), contender);
    try (Site site = Site.open(bench, LINK, contender)) {
      result.put(Result.PAYLOAD_MB, Data.JSON.load(site.sourceClient(), keys));
      // Most urgent first: REALTIME, HIGH.
      Copy copy = site.prepare(REALTIME + "," + LOADED, "", List.of());
      Random random = new Random(5);
      try (Sampler sampler = new Sampler(site, copy);
          Prober urgent = new Prober(site, bench, sampler, REALTIME, i -> "rt:" + i % 100);
          Prober any = new Prober(site, bench, sampler, LOADED, i -> key(random.nextInt(keys)))) {
        copy.begin();
        if (!Targets.begins(site.targetClient(), copy, bench.limit())) {
          result.remark("no key within " + bench.limit().toSeconds() + " s");
          return result;
        }
        result.put("first key s", sampler.secondsSoFar());
        urgent.start();
        any.start();
        boolean all =
            Waiting.until(
                bench.limit(),
                () -> {
                  copy.check();
                  return Targets.hasAll(site.targetClient(), keys);
                });
        double seconds = sampler.secondsSoFar();
        urgent.stop();
        any.stop();
        sampler.finish(result);
        result.staleness(any.probe.staleness());
        Staleness realtime = urgent.probe.staleness();
        result.put("(a) REALTIME p50 ms", realtime.percentile(0.5));
        result.put("(a) REALTIME p99 ms", realtime.percentile(0.99));
        result.put("(a) REALTIME max ms", realtime.max());
        result.put("changes (a)", realtime.size());
        result.put("changes (b)", any.probe.staleness().size());
        result.plot("staleness of REALTIME", realtime.series());
        if (all) {
          result.put(Result.SECONDS, seconds);
        } else {
          result.remark("not within " + bench.limit().toSeconds() + " s");
        }
      }
    }
    return result;
  }

  private static String key(int i) {
    return new String(JsonValues.key(i), StandardCharsets.US_ASCII);
  }

  /** Changes keys one after the other on a thread of its own until it is closed. */
  private static final class Prober implements AutoCloseable {
    private final ChangeProbe probe;
    private final Thread thread;
    private volatile boolean stopped; // set by close

    Prober(Site site, Bench bench, Sampler sampler, int database, IntFunction<String> keys) {
      probe = new ChangeProbe(site, database, bench.limit());
      thread =
          Thread.ofPlatform()
              .daemon()
              .unstarted(() -> {
                for (int i = 0; !stopped; i++) {
                  probe.change(keys.apply(i), sampler.secondsSoFar());
                  Waiting.pause(PAUSE);
                }
              });
    }

    void start() {
      thread.start();
    }

    @Override
    public void close() {
      stop();
      probe.close();
    }

    void stop() {
      stopped = true;
      try {
        thread.join(Duration.ofSeconds(30));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
