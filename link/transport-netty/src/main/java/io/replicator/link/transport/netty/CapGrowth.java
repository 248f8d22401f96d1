package io.replicator.link.transport.netty;

/**
 * How the cap grows while no queue shows: fast to what is known to get through, slowly about there,
 * and beyond it ever faster, since a link that bears so much without a queue is another one than
 * was thought.
 *
 * <pre>
 *   cap ▲                                ╱  doubles with each step
 *       │              ______........---'
 *       │         .--''  a little       ▲
 *       │      .-'                      │ patience is over
 *       │   .-'   a quarter of what is missing
 *       └──────────────────────────────────▶ round trips
 * </pre>
 */
final class CapGrowth {
  private static final double LITTLE = 0.01;

  /** What a step above the link's rate adds to the queue until it is seen there. */
  private static final double LITTLE_NANOS = 2_000_000;

  private static final double MOST = 0.08;
  private static final double MOST_NANOS = 12_000_000;

  /** What is known may well be wrong. */
  private static final double MOST_OF_SEARCH = 0.25;

  private static final double MOST_NANOS_OF_SEARCH = 30_000_000;

  private static final double PART_OF_GAP = 0.25;

  private double goal;
  private int patience;
  private int steps; // at the goal or beyond
  private boolean searches;

  /**
   * @param known bytes a second that are known to get through
   * @param steps that it stays there
   */
  void begin(double known, int steps) {
    goal = known;
    patience = steps;
    this.steps = 0;
    searches = false;
  }

  /** What is known is so by hearsay. */
  void search() {
    searches = true;
  }

  double next(double cap, long rttNanos) {
    double little = Math.min(LITTLE, LITTLE_NANOS / rttNanos);
    if (goal - cap > little * cap) {
      return cap + Math.max(little * cap, (goal - cap) * PART_OF_GAP);
    }
    int beyond = Math.max(0, ++steps - patience);
    return cap * (1 + Math.min(most(rttNanos), little * Math.pow(2, beyond)));
  }

  private double most(long rttNanos) {
    return searches
        ? Math.min(MOST_OF_SEARCH, MOST_NANOS_OF_SEARCH / rttNanos)
        : Math.min(MOST, MOST_NANOS / rttNanos);
  }
}
