package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Updates over a line that loses packets: 2,000 a second of 200 bytes, by TCP and by datagrams.
 * Every twentieth update is of a key of its own and is looked for at the target until it is there.
 *
 * @param burst mean length of a loss burst in packets, 0 = losses are independent
 */
record LossyUpdates(String name, double lossPercent, int burst) implements Scenario {
  private static final int PER_SECOND = 2000;
  private static final int KEYS = 2000;
  private static final int PROBE_EVERY = 20;
  private static final int VALUE_BYTES = 200;
  private static final int TICKS_PER_SECOND = 100;
  private static final int ROUND_TRIP_MILLIS = 100;
  private static final Duration FULL = Duration.ofSeconds(60);
  private static final Duration LEAST = Duration.ofSeconds(8);

  private record Probe(String key, long writtenNanos) {}

  private Link wire() {
    return new Link("10mbit", ROUND_TRIP_MILLIS / 2, lossPercent);
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "%,d updates/s of %d B for %d s",
        PER_SECOND,
        VALUE_BYTES,
        bench.scaled(FULL, LEAST).toSeconds());
  }

  @Override
  public String link() {
    return wire() + (burst == 0 ? "" : " in bursts of " + burst);
  }

  @Override
  public List<Contender> baselines() {
    return List.of();
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
      Map<String, String> values = new LinkedHashMap<>();
      Random random = new Random(7);
      for (int i = 0; i < KEYS; i++) {
        write(site.sourceClient(), values, "u:" + i, value(random));
      }
      Copy copy = site.prepare();
      copy.begin();
      Waiting.require(bench.limit(), "the keys", () -> Targets.hasAll(site.targetClient(), KEYS));
      Waiting.pause(Duration.ofSeconds(2));
      try (Sampler sampler = new Sampler(site, copy);
          Prober prober = new Prober(site, sampler)) {
        prober.start();
        long last = writeAll(site, bench, values, prober, random);
        boolean equal = Waiting.until(bench.limit(), () -> isThere(site, values));
        result.put("converged ms", (System.nanoTime() - last) / 1e6);
        prober.finish();
        sampler.finish(result);
        result.staleness(prober.staleness);
        result.put("p99.9 ms", prober.staleness.percentile(0.999));
        result.put("samples", prober.staleness.size());
        if (!equal) {
          result.remark("not equal within " + bench.limit().toSeconds() + " s");
        }
        if (copy instanceof Copy.Replicator replicator) {
          for (String figure :
              List.of(
                  "datagrams_sent",
                  "datagrams_lost",
                  "datagrams_late",
                  "datagrams_recovered",
                  "datagram_parity_bytes",
                  "datagram_repairs",
                  "datagram_fallbacks")) {
            result.put(figure, replicator.hubNumber(figure));
          }
        }
      }
    }
    return result;
  }

  /** Gives the time of the last write. */
  private static long writeAll(
      Site site, Bench bench, Map<String, String> values, Prober prober, Random random) {
    long ticks = bench.scaled(FULL, LEAST).toMillis() * TICKS_PER_SECOND / 1000;
    long begun = System.nanoTime();
    int update = 0;
    for (long tick = 0; tick < ticks; tick++) {
      Waiting.untilNanos(begun + tick * 1_000_000_000L / TICKS_PER_SECOND);
      for (int i = 0; i < PER_SECOND / TICKS_PER_SECOND; i++, update++) {
        if (update % PROBE_EVERY == 0) {
          String key = "p:" + update;
          prober.outstanding.add(new Probe(key, System.nanoTime()));
          write(site.sourceClient(), values, key, value(random));
        } else {
          write(site.sourceClient(), values, "u:" + random.nextInt(KEYS), value(random));
        }
      }
    }
    return System.nanoTime();
  }

  private static void write(
      RespClient source, Map<String, String> values, String key, String value) {
    source.call("SET", key, value);
    values.put(key, value);
  }

  private static String value(Random random) {
    StringBuilder text = new StringBuilder("{\"price\":");
    while (text.length() < VALUE_BYTES) {
      text.append(Integer.toString(random.nextInt(1_000_000), 36)).append(',');
    }
    return text.substring(0, VALUE_BYTES - 1) + "}";
  }

  /** Whether the last keys written are right at the target. */
  private static boolean isThere(Site site, Map<String, String> values) {
    RespClient target = site.targetClient();
    List<String> keys = new ArrayList<>(values.keySet());
    for (String key : keys) {
      target.add(
          "GET".getBytes(StandardCharsets.US_ASCII), key.getBytes(StandardCharsets.US_ASCII));
    }
    target.flush();
    boolean equal = true;
    for (String key : keys) {
      equal &= target.replyOrError().equals(values.get(key));
    }
    return equal;
  }

  /** Looks for each probe at the target until it is there, on a thread of its own. */
  private static final class Prober implements AutoCloseable {
    private final ConcurrentLinkedQueue<Probe> outstanding = new ConcurrentLinkedQueue<>();
    private final Staleness staleness = new Staleness(); // the thread's; others after close
    private final RespClient target;
    private final Sampler sampler;
    private final Thread thread;
    private volatile boolean stopped; // set by close

    Prober(Site site, Sampler sampler) {
      this.target = site.target().client();
      this.sampler = sampler;
      this.thread = Thread.ofPlatform().daemon().name("prober").unstarted(this::look);
    }

    void start() {
      thread.start();
    }

    private void look() {
      while (!stopped || !outstanding.isEmpty()) {
        List<Probe> asked = new ArrayList<>(outstanding);
        for (Probe probe : asked) {
          target.add(
              "EXISTS".getBytes(StandardCharsets.US_ASCII),
              probe.key.getBytes(StandardCharsets.US_ASCII));
        }
        target.flush();
        for (Probe probe : asked) {
          if (target.replyOrError().equals("1")) {
            outstanding.remove(probe);
            staleness.add(sampler.secondsSoFar(), (System.nanoTime() - probe.writtenNanos) / 1e6);
          }
        }
        Waiting.pause(Duration.ofNanos(500_000));
      }
    }

    @Override
    public void close() {
      if (!stopped) {
        finish();
      }
      target.close();
    }

    /** Those that are still out are waited for. */
    void finish() {
      stopped = true;
      try {
        thread.join(Duration.ofSeconds(30));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Iterator<Probe> left = outstanding.iterator();
      while (left.hasNext()) {
        staleness.add(sampler.secondsSoFar(), (System.nanoTime() - left.next().writtenNanos) / 1e6);
        left.remove();
      }
    }
  }
}
