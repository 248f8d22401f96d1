package io.replicator.client.receiver;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How far a feed is behind its source: what the hub last said (P96), and older from then on if the
 * hub says nothing more.
 */
final class LagClock {
  private static final long MOST_MILLIS = Duration.ofDays(36_500).toMillis();

  private long toldNanos;
  private long validNanos;
  private long lagMillis = -1;

  /**
   * @param valid how long the hub's word counts before it ages
   */
  void told(long hubsLagMillis, Duration valid, long nowNanos) {
    lagMillis = Math.clamp(hubsLagMillis, 0, MOST_MILLIS);
    validNanos = valid.toNanos();
    toldNanos = nowNanos;
  }

  /** Empty before the hub said anything. */
  OptionalLong millis(long nowNanos) {
    if (lagMillis < 0) {
      return OptionalLong.empty();
    }
    long age = nowNanos - toldNanos;
    return OptionalLong.of(lagMillis + (age <= validNanos ? 0 : age / 1_000_000));
  }
}
