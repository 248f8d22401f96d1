package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * W7: an initial load whose link goes away for five seconds after every twenty: once uncut, then
 * cut. The bytes of the second say what each cut costs.
 */
record CutLoad() implements Scenario {
  private static final Link LINK = new Link("2mbit", 150, 0);
  private static final Duration UP = Duration.ofSeconds(20);
  private static final Duration DOWN = Duration.ofSeconds(5);

  /** A load that goes on from where it was ends; it is given the time. */
  private static final int OUR_LIMITS = 4;

  private static final Duration SETTLE = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "W7";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "initial load of %,d JSON values, cut for %d s after every %d s",
        bench.keys(),
        DOWN.toSeconds(),
        UP.toSeconds());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Contender> baselines() {
    return List.of(Contender.nativeRedis(), Contender.tunnel(9));
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim("bytes / uncut", 1.1));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result uncut = new Result(name(), contender);
    if (contender.isReplicator()) {
      load(bench, contender, uncut, false);
    }
    Result result = new Result(name(), contender);
    load(bench, contender, result, true);
    if (contender.isReplicator()) {
      result.put("uncut s", uncut.get(Result.SECONDS));
      result.put("uncut MB", uncut.get(Result.DOWN_MB));
      result.put("bytes / uncut", result.get(Result.DOWN_MB) / uncut.get(Result.DOWN_MB));
    }
    return result;
  }

  private static void load(Bench bench, Contender contender, Result result, boolean cutting) {
    int keys = bench.keys();
    Duration limit =
        contender.isReplicator() ? bench.limit().multipliedBy(OUR_LIMITS) : bench.limit();
    try (Site site = Site.open(bench, LINK, contender)) {
      result.put(Result.PAYLOAD_MB, Data.JSON.load(site.sourceClient(), keys));
      Copy copy = site.prepare();
      try (Sampler sampler = new Sampler(site, copy);
          Cuts cuts = new Cuts(site.lab())) {
        RespClient target = site.targetClient();
        copy.begin();
        if (cutting) {
          cuts.start();
        }
        boolean all =
            Waiting.until(
                limit,
                () -> {
                  copy.check();
                  return Targets.hasAll(target, keys);
                });
        double seconds = sampler.secondsSoFar();
        int made = cuts.stop();
        sampler.finish(result);
        result.put("cuts", made);
        if (all) {
          result.put(Result.SECONDS, seconds);
          Targets.requireEqual(site, keys, SETTLE);
        } else {
          result.remark("not within " + limit.toSeconds() + " s");
        }
      }
    }
  }

  /** Cuts and heals by turns, on a thread of its own. */
  private static final class Cuts implements AutoCloseable {
    private final Lab lab;
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::run);
    private volatile boolean stopped; // set by stop
    private final AtomicInteger made = new AtomicInteger();

    Cuts(Lab lab) {
      this.lab = lab;
    }

    void start() {
      thread.start();
    }

    private void run() {
      while (waited(UP)) {
        lab.cut();
        made.incrementAndGet();
        waited(DOWN);
        lab.heal();
      }
    }

    private boolean waited(Duration duration) {
      long end = System.nanoTime() + duration.toNanos();
      while (!stopped && System.nanoTime() < end) {
        Waiting.pause(Duration.ofMillis(20));
      }
      return !stopped;
    }

    /** How many cuts there were. The link is whole afterwards. */
    int stop() {
      stopped = true;
      if (thread.getState() == Thread.State.NEW) {
        return 0;
      }
      try {
        thread.join(Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return made.get();
    }

    @Override
    public void close() {
      stop();
    }
  }
}
