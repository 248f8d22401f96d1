package io.replicator.hub.delivery;

import io.replicator.link.transport.Loop;
import java.time.Duration;

/**
 * How fast values are read that nobody waits for: so many keys a second, and not while others read
 * much. Confined to the loop.
 */
final class AheadPace {
  private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();

  /** Others read much from this part of the pace on. */
  private static final int PART = 4;

  private final int keysPerSecond;
  private final DeliveryCounters counters;
  private final Loop loop;
  private long nextNanos;
  private long lookNanos;
  private long readBefore;
  private long ownKeys;

  AheadPace(int keysPerSecond, DeliveryCounters counters, Loop loop) {
    this.keysPerSecond = keysPerSecond;
    this.counters = counters;
    this.loop = loop;
    this.nextNanos = loop.nowNanos();
    this.lookNanos = nextNanos;
    this.readBefore = counters.get(DeliveryCounter.KEYS_READ);
  }

  /** When the next page may be read: 0 = now. */
  long waitNanos() {
    long now = loop.nowNanos();
    if (now - lookNanos >= LOOK_NANOS) {
      long read = counters.get(DeliveryCounter.KEYS_READ);
      double others = (read - readBefore - ownKeys) * 1e9 / (now - lookNanos);
      readBefore = read;
      ownKeys = 0;
      lookNanos = now;
      if (others > keysPerSecond / (double) PART) {
        nextNanos = now + LOOK_NANOS;
      }
    }
    return Math.max(0, nextNanos - now);
  }

  /** So many keys are asked for now. */
  void reads(int keys) {
    ownKeys += keys;
    nextNanos = Math.max(nextNanos, loop.nowNanos()) + keys * 1_000_000_000L / keysPerSecond;
  }
}
