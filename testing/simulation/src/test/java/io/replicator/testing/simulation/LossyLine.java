package io.replicator.testing.simulation;

import io.replicator.api.Key;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;

/**
 * A hub and a client with datagrams between them, over 10 Mbit/s with a round trip of 100 ms: 2,000
 * updates a second of 200 bytes, every twentieth of a key of its own that is looked for at the
 * target.
 */
final class LossyLine {
  static final Duration ONE_WAY = Duration.ofMillis(50);
  private static final int A_MILLISECOND = 2;
  private static final int KEYS = 2000;
  private static final int PROBE_EVERY = 20;
  private static final int VALUE_BYTES = 200;
  private static final int BYTES_PER_SECOND = 1_250_000;

  private record Probe(Key key, long state, long writtenNanos) {}

  final MemoryDatagramLink way;
  private final Stage stage;
  private final SimClient client;
  private final List<Probe> out = new ArrayList<>();
  private final List<Long> latenesses = new ArrayList<>();
  private int updates;

  LossyLine(long seed, int lossPerMille) {
    this(seed, lossPerMille, OptionalInt.empty());
  }

  /**
   * @param parity as hubs take it
   */
  LossyLine(long seed, int lossPerMille, OptionalInt parity) {
    stage = new Stage(seed, Duration.ofSeconds(30), true);
    stage.hub.drawParity(() -> parity);
    way = new MemoryDatagramLink(stage.loop, settings(lossPerMille));
    MemoryLink.Settings connection =
        MemoryLink.Settings.FAST.withDelay(ONE_WAY).withRate(BYTES_PER_SECOND);
    client = stage.client("far", connection, way, 1 << 20, Stage.ALL);
    for (int i = 0; i < KEYS; i++) {
      stage.put(Stage.key("u", i), VALUE_BYTES);
    }
    stage.start();
    stage.untilEqual(client, Duration.ofMinutes(1));
    stage.loop.advance(Duration.ofSeconds(2));
  }

  private static MemoryDatagramLink.Settings settings(int lossPerMille) {
    return new MemoryDatagramLink.Settings(
        ONE_WAY, Duration.ofMillis(1), BYTES_PER_SECOND, 64 * 1024, lossPerMille, 0, 1150, 250_000);
  }

  /** Writes for so long. */
  void run(Duration duration) {
    long until = stage.loop.nowNanos() + duration.toNanos();
    while (stage.loop.nowNanos() < until) {
      for (int i = 0; i < A_MILLISECOND; i++, updates++) {
        if (updates % PROBE_EVERY == 0) {
          probe(Stage.key("p", updates));
        } else {
          stage.put(Stage.key("u", stage.random.nextInt(KEYS)), VALUE_BYTES);
        }
      }
      stage.loop.advance(Duration.ofMillis(1));
      look();
    }
    stage.requireSound();
  }

  /** Lets time pass until the target has all; gives how long it took. */
  Duration converge() {
    long last = stage.loop.nowNanos();
    while (!stage.isEqual(client)) {
      stage.loop.advance(Duration.ofMillis(1));
      look();
      if (stage.loop.nowNanos() - last > Duration.ofMinutes(1).toNanos()) {
        throw new AssertionError("seed " + stage.seed + ": not equal after a minute");
      }
    }
    stage.requireSound();
    return Duration.ofNanos(stage.loop.nowNanos() - last);
  }

  /** Writes little for so long, and now and then a value that makes a large datagram. */
  void trickle(Duration duration, int largeBytes) {
    for (int millis = 0; millis < duration.toMillis(); millis += 5, updates++) {
      boolean large = updates % 10 == 0;
      stage.put(Stage.key("u", stage.random.nextInt(KEYS)), large ? largeBytes : VALUE_BYTES);
      stage.loop.advance(Duration.ofMillis(5));
    }
    stage.requireSound();
  }

  private void probe(Key key) {
    long state = stage.database.nextState();
    stage.put(key, VALUE_BYTES);
    out.add(new Probe(key, state, stage.loop.nowNanos()));
  }

  private void look() {
    for (Iterator<Probe> left = out.iterator(); left.hasNext(); ) {
      Probe probe = left.next();
      if (Stage.store(client).reachedState(0, probe.key) >= probe.state) {
        latenesses.add(stage.loop.nowNanos() - probe.writtenNanos);
        left.remove();
      }
    }
  }

  /** Of the updates looked for until now, how late this share was at most. */
  Duration lateness(double share) {
    latenesses.sort(null);
    int at = (int) Math.ceil(share * latenesses.size()) - 1;
    return Duration.ofNanos(latenesses.get(Math.clamp(at, 0, latenesses.size() - 1)));
  }

  /** Handed to the network. */
  long bytes() {
    return count(DeliveryCounter.DATAGRAM_BYTES) + count(DeliveryCounter.DATAGRAM_PARITY_BYTES);
  }

  long count(DeliveryCounter counter) {
    return stage.hub.count(counter);
  }

  @Override
  public String toString() {
    return "seed %d: p50 %d ms, p99 %d ms, p99.9 %d ms, last %d ms; %d sent, %d lost, %d late, %d made of parities, %,d bytes, %,d of parities"
        .formatted(
            stage.seed,
            lateness(0.5).toMillis(),
            lateness(0.99).toMillis(),
            lateness(0.999).toMillis(),
            lateness(1).toMillis(),
            count(DeliveryCounter.DATAGRAMS_SENT),
            count(DeliveryCounter.DATAGRAMS_LOST),
            count(DeliveryCounter.DATAGRAMS_LATE),
            count(DeliveryCounter.DATAGRAMS_RECOVERED),
            count(DeliveryCounter.DATAGRAM_BYTES),
            count(DeliveryCounter.DATAGRAM_PARITY_BYTES));
  }
}
