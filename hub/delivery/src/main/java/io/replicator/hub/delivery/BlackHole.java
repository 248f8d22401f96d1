package io.replicator.hub.delivery;

/**
 * Notices that a path has become too narrow for large datagrams without saying so: those are lost,
 * one after the other, while smaller ones arrive (a black hole, RFC 8899, 4.3). From then on they
 * are smaller; after a while a little more is tried again. Where nothing arrives at all it has
 * nothing to say: that is no path. It is told the time. Confined to the loop.
 */
final class BlackHole {
  /** So many large ones in a row, over so many round trips, while so many smaller ones arrived. */
  private static final int LOST_IN_A_ROW = 6;

  private static final int ROUND_TRIPS = 2;
  private static final int SMALLER_ARRIVED = 2;

  /** No path is thought to be narrower. */
  static final int MIN_BYTES = 512;

  private static final int STEP_BYTES = 64;
  private static final long TRIED_AGAIN_AFTER_NANOS = 30_000_000_000L;

  private final RoundTrip roundTrip;
  private int limit = Integer.MAX_VALUE;
  private long changedNanos;

  // The row of losses under way.
  private int lost;
  private int smaller;
  private int least = Integer.MAX_VALUE;
  private long sinceNanos;

  BlackHole(RoundTrip roundTrip) {
    this.roundTrip = roundTrip;
  }

  /** No larger datagram should be sent. */
  int maxBytes(long nowNanos) {
    if (limit != Integer.MAX_VALUE && nowNanos - changedNanos >= TRIED_AGAIN_AFTER_NANOS) {
      limit += STEP_BYTES;
      changedNanos = nowNanos;
    }
    return limit;
  }

  /** The path is another one. */
  void restart() {
    limit = Integer.MAX_VALUE;
    forget();
  }

  void arrived(int bytes) {
    if (bytes >= least) {
      forget();
    } else if (lost > 0) {
      smaller++;
    }
  }

  void lost(int bytes, long nowNanos) {
    if (bytes <= MIN_BYTES) {
      return;
    }
    if (lost++ == 0) {
      sinceNanos = nowNanos;
    }
    least = Math.min(least, bytes);
    boolean lasts = nowNanos - sinceNanos >= ROUND_TRIPS * roundTrip.smoothedNanos();
    if (lost >= LOST_IN_A_ROW && smaller >= SMALLER_ARRIVED && lasts) {
      limit = Math.max(MIN_BYTES, least - STEP_BYTES);
      changedNanos = nowNanos;
      forget();
    }
  }

  private void forget() {
    lost = 0;
    smaller = 0;
    least = Integer.MAX_VALUE;
  }
}
