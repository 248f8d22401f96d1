package io.replicator.hub.delivery;

/** The time from a datagram to its acknowledgement, smoothed as in RFC 9002. */
final class RoundTrip {
  private static final long FIRST_NANOS = 200_000_000;
  private static final long MIN_SLACK_NANOS = 8_000_000;

  private long smoothedNanos;
  private long variationNanos;

  /** What the transport says, until there is a sample of our own. */
  void suppose(long nanos) {
    if (smoothedNanos == 0) {
      smoothedNanos = nanos;
      variationNanos = nanos / 2;
    }
  }

  void sample(long nanos) {
    if (smoothedNanos == 0) {
      suppose(nanos);
      return;
    }
    variationNanos += (Math.abs(smoothedNanos - nanos) - variationNanos) / 4;
    smoothedNanos += (nanos - smoothedNanos) / 8;
  }

  long smoothedNanos() {
    return smoothedNanos == 0 ? FIRST_NANOS : smoothedNanos;
  }

  /** Whoever has not been acknowledged for so long is lost: about 1.25 round trips. */
  long lostAfterNanos() {
    long smoothed = smoothedNanos();
    long slack = Math.max(2 * variationNanos, smoothed / 4);
    return smoothed + Math.max(MIN_SLACK_NANOS, slack);
  }
}
