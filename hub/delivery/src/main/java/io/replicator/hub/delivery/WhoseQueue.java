package io.replicator.hub.delivery;

/**
 * Asks whose queue it is that stands before a line's narrowest place, by sending less for a round
 * trip: what is ours goes then. It is told the time. Confined to the loop.
 */
final class WhoseQueue {
  enum Answer {
    NOT_YET,
    OURS,
    OTHERS
  }

  private long beganNanos;
  private double window;

  /** Since when no more than that is out; -1 = more is. */
  private long lowSinceNanos = -1;

  private long leastNanos;

  /** From now on this much may be out. */
  void begin(double windowBytes, long nowNanos) {
    beganNanos = nowNanos;
    window = windowBytes;
    lowSinceNanos = -1;
  }

  long beganNanos() {
    return beganNanos;
  }

  /** So much is out. */
  void out(long bytes, long nowNanos) {
    if (lowSinceNanos < 0 && bytes <= window) {
      lowSinceNanos = nowNanos;
      leastNanos = Long.MAX_VALUE;
    }
  }

  /** One that was sent then is acknowledged now. */
  Answer arrived(long sentNanos, long nowNanos, long roundTripNanos, StandingQueue queue) {
    if (lowSinceNanos < 0 || sentNanos < lowSinceNanos) {
      return Answer.NOT_YET;
    }
    leastNanos = Math.min(leastNanos, nowNanos - sentNanos);
    if (sentNanos - lowSinceNanos < roundTripNanos / 4) {
      return Answer.NOT_YET;
    }
    return queue.isQueue(leastNanos, roundTripNanos) ? Answer.OTHERS : Answer.OURS;
  }
}
