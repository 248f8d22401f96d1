package io.replicator.hub.delivery;

import org.jspecify.annotations.Nullable;

/**
 * What a path's datagrams say of its line, one round trip after another: how long they took at
 * least, how much arrived, and whether there was room for more of them. It is told the time.
 * Confined to the loop.
 */
final class LineRounds {
  /** On a short way several round trips are one round. */
  private static final long MIN_ROUND_NANOS = 25_000_000;

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * One that is over.
   *
   * @param leastNanos how long the quickest took
   * @param full for most of it no more might be out, by QUIC or by us: a busy machine makes a
   *     burst, but not that
   * @param ours at some time no more might be out by us
   */
  record Round(long nanos, long leastNanos, double bytesPerSecond, boolean full, boolean ours) {}

  private long beganNanos = -1;
  private long leastNanos;
  private long bytes;
  private int arrivals;
  private int arrivalsWhenFull;
  private boolean full;
  private boolean ours;

  void begin(long nowNanos) {
    beganNanos = nowNanos;
    leastNanos = Long.MAX_VALUE;
    bytes = 0;
    arrivals = 0;
    arrivalsWhenFull = 0;
    ours = false;
  }

  void forget() {
    beganNanos = -1;
    full = false;
  }

  /**
   * From now on.
   *
   * @param nowFull whether no more may be out
   * @param byUs whether it is us who say so
   */
  void out(boolean nowFull, boolean byUs) {
    full = nowFull;
    ours |= byUs;
  }

  /** One arrived; gives the round that ends with it, and the next one begins. */
  @Nullable Round arrived(int size, long sentNanos, long nowNanos) {
    if (beganNanos < 0) {
      begin(nowNanos);
    }
    leastNanos = Math.min(leastNanos, nowNanos - sentNanos);
    bytes += size;
    arrivals++;
    arrivalsWhenFull += full ? 1 : 0;
    if (sentNanos < beganNanos || nowNanos - beganNanos < MIN_ROUND_NANOS) {
      return null;
    }
    long nanos = nowNanos - beganNanos;
    double bytesPerSecond = bytes * NANOS_PER_SECOND / nanos;
    Round round =
        new Round(nanos, leastNanos, bytesPerSecond, 2 * arrivalsWhenFull > arrivals, ours);
    begin(nowNanos);
    return round;
  }
}
