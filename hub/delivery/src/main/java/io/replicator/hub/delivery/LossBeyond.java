package io.replicator.hub.delivery;

/**
 * Whether a path loses more than its line loses anyway, which is what somebody else's connection
 * takes. What was said to be lost and came all the same takes it back. Confined to the loop.
 */
final class LossBeyond {
  /** So much of what is sent, beyond what the line loses (BBRv2 has the same): too much. */
  private static final double BEYOND = 0.005;

  private static final int JUDGED_DATAGRAMS = 50;

  private double lineLoses;
  private int judged;
  private int lost;

  /** What was sent before does not count. */
  private long sinceNanos = Long.MIN_VALUE;

  /** Lost when it was too much, and how many of them came after all. */
  private int lostThen;

  private int cameAfterAll;

  void forget() {
    lineLoses = 0;
    judged = 0;
    lost = 0;
    lostThen = 0;
    sinceNanos = Long.MIN_VALUE;
  }

  /** One more is known to have arrived. */
  void arrived() {
    judged++;
  }

  void lost(long sentNanos) {
    judged++;
    if (sentNanos > sinceNanos) {
      lost++;
    }
  }

  /** There is nobody else on the line: what is lost now it loses anyway. */
  void isTheLines() {
    if (judged >= 2 * JUDGED_DATAGRAMS) {
      lineLoses += (lost / (double) judged - lineLoses) / 2;
      judged = 0;
      lost = 0;
    }
  }

  /** Of the last so many. */
  boolean isTooMuch() {
    if (judged < JUDGED_DATAGRAMS) {
      return false;
    }
    boolean tooMuch = lost > judged * (2 * lineLoses + BEYOND);
    lostThen = tooMuch ? lost : lostThen;
    cameAfterAll = tooMuch ? 0 : cameAfterAll;
    judged = 0;
    lost = 0;
    return tooMuch;
  }

  /** From here on it is counted anew: less is sent. */
  void restart(long nowNanos) {
    sinceNanos = nowNanos;
    judged = 0;
    lost = 0;
  }

  /** One that was lost came after all; true if that makes it too much no more. */
  boolean cameAfterAll() {
    lost = Math.max(0, lost - 1);
    cameAfterAll++;
    boolean wrong = lostThen > 0 && 2 * cameAfterAll > lostThen;
    lostThen = wrong ? 0 : lostThen;
    return wrong;
  }
}
