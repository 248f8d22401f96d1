package io.replicator.hub.delivery;

/**
 * How long it is waited for a datagram before it is taken for lost: longer for a while when that
 * was wrong, and while nobody looked. It is told the time. Confined to the loop.
 */
final class LossPatience {
  /** Overtaken by so many it is lost (RFC 9002 says 3). */
  private static final int FIRST_REORDER = 3;

  private static final int MAX_REORDER = 256;

  /** More time in parts of the round trip, up to half of one (as RFC 8985, 6.2 has it). */
  private static final int MAX_STEPS = 4;

  private static final int STEPS_OF_ROUND_TRIP = 8;

  /** So many that came in time make it less patient again. */
  private static final int TRUSTED_FOR = 512;

  /** Whoever looks so late has stood still himself: what came meanwhile is about to be heard. */
  private static final long STOOD_STILL_NANOS = 8_000_000;

  private final RoundTrip roundTrip;
  private int reorder = FIRST_REORDER;
  private int steps;
  private long steppedNanos;
  private int inTime;
  private long lookedNanos;
  private long catchingUpUntilNanos;

  LossPatience(RoundTrip roundTrip) {
    this.roundTrip = roundTrip;
  }

  /** Overtaken by so many it is lost. */
  int reorder() {
    return reorder;
  }

  /**
   * When it is lost if nothing is heard before.
   *
   * @param silence whether later ones are out and not heard of either: it may be a machine that
   *     stands still, so it waits a quarter of a round trip longer
   */
  long dueNanos(long sentNanos, boolean silence) {
    long smoothed = roundTrip.smoothedNanos();
    long more = steps * (smoothed / STEPS_OF_ROUND_TRIP) + (silence ? smoothed / 4 : 0);
    return Math.max(sentNanos + roundTrip.lostAfterNanos() + more, catchingUpUntilNanos);
  }

  /**
   * Lost ones are looked for now; the oldest that is out was due then. Gives for how long we stood
   * still, since it was looked before or should have been.
   */
  long looks(long dueNanos, long nowNanos) {
    long stoodNanos = nowNanos - Math.max(lookedNanos, dueNanos);
    lookedNanos = nowNanos;
    if (stoodNanos <= STOOD_STILL_NANOS) {
      return 0;
    }
    catchingUpUntilNanos = nowNanos + STOOD_STILL_NANOS;
    return stoodNanos;
  }

  void cameInTime() {
    if (++inTime == TRUSTED_FOR) {
      reorder = Math.max(FIRST_REORDER, reorder - reorder / 4);
      steps = Math.max(0, steps - 1);
      inTime = 0;
    }
  }

  /** One that was taken for lost since so many had overtaken it was not. */
  void cameAfter(long datagrams) {
    inTime = 0;
    reorder = Math.clamp(datagrams, reorder, MAX_REORDER);
  }

  /** One that was taken for lost since it took too long was not: at most a step a round trip. */
  void cameLate(long nowNanos) {
    inTime = 0;
    if (nowNanos - steppedNanos >= roundTrip.smoothedNanos()) {
      steps = Math.min(MAX_STEPS, steps + 1);
      steppedNanos = nowNanos;
    }
  }
}
