package io.replicator.hub.qos;

/**
 * The minimum shares of bytes that keep strict priority from starving anybody. A class (a lane of a
 * level) gets its share only while it has something to send.
 *
 * @param lower share of each class below the one that is sending; 0.05 = 5 %
 * @param backfill share of a level's backfill while the live lane of the same level is sending
 */
public record QosShares(double lower, double backfill) {
  public static final QosShares DEFAULT = new QosShares(0.05, 0.10);

  /** At most this part of the bytes goes ahead of more urgent ones. */
  static final double MOST_TOGETHER = 0.5;

  public QosShares {
    require("lower", lower);
    require("backfill", backfill);
    double together = 6 * lower + backfill;
    if (together > MOST_TOGETHER + 1e-9) {
      throw new IllegalArgumentException(
          "shares lower "
              + lower
              + " and backfill "
              + backfill
              + ": 6 * lower + backfill must be at most "
              + MOST_TOGETHER
              + ", it is "
              + together);
    }
  }

  private static void require(String name, double share) {
    if (!(share >= 0 && share <= MOST_TOGETHER)) {
      throw new IllegalArgumentException(
          "share " + name + " " + share + ": between 0 and " + MOST_TOGETHER + " expected");
    }
  }
}
