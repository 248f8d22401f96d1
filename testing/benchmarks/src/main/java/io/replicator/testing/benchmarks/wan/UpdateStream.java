package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * 2,000 updates a second of 200 bytes, as the scenarios of lossy lines write them: of 2,000 keys,
 * but for every twentieth, which is of a key of its own and is looked for at the target. Of one
 * thread.
 */
final class UpdateStream {
  static final int PER_SECOND = 2000;
  static final int VALUE_BYTES = 200;
  private static final int KEYS = 2000;
  private static final int PROBE_EVERY = 20;
  private static final int TICKS_PER_SECOND = 100;
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final Site site;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Random random = new Random(7);
  private int updates;

  UpdateStream(Site site) {
    this.site = site;
  }

  /** All keys at the source. */
  void fill() {
    for (int i = 0; i < KEYS; i++) {
      write("u:" + i);
    }
  }

  /** Until they are at the target, and the line is quiet. */
  void awaitFilled(Bench bench) {
    Waiting.require(bench.limit(), "the keys", () -> Targets.hasAll(site.targetClient(), KEYS));
    Waiting.pause(SETTLE);
  }

  /** Writes for so long; gives the time of the last write. */
  long write(Duration duration, Prober prober) {
    long ticks = duration.toMillis() * TICKS_PER_SECOND / 1000;
    long begun = System.nanoTime();
    for (long tick = 0; tick < ticks; tick++) {
      Waiting.untilNanos(begun + tick * 1_000_000_000L / TICKS_PER_SECOND);
      for (int i = 0; i < PER_SECOND / TICKS_PER_SECOND; i++, updates++) {
        if (updates % PROBE_EVERY == 0) {
          String key = "p:" + updates;
          prober.lookFor(key);
          write(key);
        } else {
          write("u:" + random.nextInt(KEYS));
        }
      }
    }
    return System.nanoTime();
  }

  private void write(String key) {
    String value = value();
    site.sourceClient().call("SET", key, value);
    values.put(key, value);
  }

  private String value() {
    StringBuilder text = new StringBuilder("{\"price\":");
    while (text.length() < VALUE_BYTES) {
      text.append(Integer.toString(random.nextInt(1_000_000), 36)).append(',');
    }
    return text.substring(0, VALUE_BYTES - 1) + "}";
  }

  /** Whether the target has of every key what was written last. */
  boolean isThere() {
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
}
