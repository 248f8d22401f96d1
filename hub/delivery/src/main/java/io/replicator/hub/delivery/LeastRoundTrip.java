package io.replicator.hub.delivery;

/**
 * The least round trip of about the last minute: that of the line without a queue. Older ones are
 * forgotten, since paths change (as LEDBAT has it, RFC 6817, 2.4.2). It is told the time.
 */
final class LeastRoundTrip {
  private static final long HALF_NANOS = 30_000_000_000L;

  private long before = Long.MAX_VALUE;
  private long now = Long.MAX_VALUE;
  private long sinceNanos;

  void sample(long nanos, long nowNanos) {
    if (now == Long.MAX_VALUE) {
      sinceNanos = nowNanos;
    } else if (nowNanos - sinceNanos >= HALF_NANOS) {
      before = now;
      now = Long.MAX_VALUE;
      sinceNanos = nowNanos;
    }
    now = Math.min(now, nanos);
  }

  /** 0 = not known. */
  long nanos() {
    long least = Math.min(before, now);
    return least == Long.MAX_VALUE ? 0 : least;
  }

  void forget() {
    before = Long.MAX_VALUE;
    now = Long.MAX_VALUE;
  }
}
