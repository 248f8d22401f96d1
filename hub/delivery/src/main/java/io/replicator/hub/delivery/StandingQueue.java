package io.replicator.hub.delivery;

import io.replicator.hub.delivery.LineRounds.Round;

/**
 * Whether a queue stands before the narrowest place of a line while we fill it: for several round
 * trips, with no more arriving than before. A queue is the least round trip of the last one above
 * the least of a minute, so a busy machine makes none. Confined to the loop.
 */
final class StandingQueue {
  private static final long MIN_QUEUE_NANOS = 5_000_000;
  private static final int QUEUE_PARTS_OF_ROUND_TRIP = 8;
  private static final int QUEUE_PACKETS = 2;
  private static final int PACKET_BYTES = 1250;
  private static final double NANOS_PER_SECOND = 1e9;

  /** It stands when it was there in so many. */
  private static final int ROUNDS = 2;

  /** For whoever has not been filling the line before: in so many, and so long. */
  private static final int ROUNDS_AT_FIRST = 3;

  private static final long NANOS_AT_FIRST = 250_000_000;

  /** More arrives than before, so the line carries more. */
  private static final double STILL_GROWING = 1.25;

  /** Of the fastest there was: what was faster before is asked for twice as long. */
  private static final double FAR_BELOW = 0.7;

  /** Of it, at each queue: lines become slower. */
  private static final double FORGOTTEN = 0.85;

  private int rounds;
  private long nanos;
  private double arrived;
  private double fastest;

  void forget() {
    rounds = 0;
    fastest = 0;
  }

  /** The most that arrived in a second: of the line's rate as much as we saw. */
  double fastest() {
    return fastest;
  }

  /** Whether what took so long waited somewhere. */
  boolean isQueue(long took, long leastNanos) {
    double packets = QUEUE_PACKETS * PACKET_BYTES / Math.max(1, fastest) * NANOS_PER_SECOND;
    long part = leastNanos / QUEUE_PARTS_OF_ROUND_TRIP;
    long tolerated = Math.max(Math.max(MIN_QUEUE_NANOS, part), (long) packets);
    return took - leastNanos > tolerated;
  }

  /** Takes in a round; gives whether there was a queue in it. */
  boolean saw(Round round, long leastNanos) {
    boolean queue = isQueue(round.leastNanos(), leastNanos);
    boolean grows = round.bytesPerSecond() > fastest * STILL_GROWING;
    fastest = Math.max(fastest, round.bytesPerSecond());
    if (queue && round.full() && !grows) {
      rounds++;
      nanos += round.nanos();
      arrived = Math.max(arrived, round.bytesPerSecond());
    } else {
      rounds = 0;
      nanos = 0;
      arrived = 0;
    }
    return queue;
  }

  /**
   * Whether it stands.
   *
   * @param atFirst whether we have not filled the line before
   */
  boolean stands(boolean atFirst) {
    int patience = arrived < FAR_BELOW * fastest ? 2 : 1;
    return atFirst
        ? rounds >= patience * ROUNDS_AT_FIRST && nanos >= patience * NANOS_AT_FIRST
        : rounds >= patience * ROUNDS;
  }

  /** It is being asked about: gives what arrived while it stood, in a second. */
  double taken() {
    double rate = arrived;
    fastest = Math.max(rate, fastest * FORGOTTEN);
    rounds = 0;
    nanos = 0;
    arrived = 0;
    return rate;
  }

  /** Far less than what the line carried. */
  boolean isFarBelow(double bytesPerSecond) {
    return bytesPerSecond < FAR_BELOW * fastest;
  }
}
