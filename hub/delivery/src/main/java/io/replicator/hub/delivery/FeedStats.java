package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import java.util.ArrayDeque;

/** What is on its way in a feed, and what it has sent so far. Confined to the loop. */
final class FeedStats {
  /**
   * What the acknowledgement of a batch will mean.
   *
   * @param passed below this version everything was sent before the batch
   * @param removalsAfter removals above this version were not sent before the batch
   * @param liveAfter where the live round began before the batch
   * @param readVersion of a backfill batch: versions up to it need not be remembered any more
   * @param lastBackfill whether it leaves no backfill round
   */
  record Mark(
      LaneQueue lane,
      long passed,
      long removalsAfter,
      long liveAfter,
      long readVersion,
      int entries,
      boolean lastBackfill) {}

  private record Ahead(long newest, int entries) {}

  private final ArrayDeque<Mark> sent = new ArrayDeque<>();
  private final ArrayDeque<Ahead> ahead = new ArrayDeque<>();
  private long aheadEntries;

  /** What comparing the client's copy has shown. */
  final FeedChecks checks = new FeedChecks();

  long changes;
  long keysSent;
  long batchesSent;
  long mergedBytes;
  long compressedBytes;
  long wireBytes;

  /** A live batch goes ahead of backfill that is still to come. */
  void wentAhead(long newest, int entries) {
    if (entries > 0) {
      ahead.addLast(new Ahead(newest, entries));
      aheadEntries += entries;
    }
  }

  /** Entries that the client has to remember until a backfill batch read later arrives (I3). */
  long aheadEntries() {
    return aheadEntries;
  }

  /** No backfill is left, and with this turn the client knows it. */
  void nothingAhead() {
    ahead.clear();
    aheadEntries = 0;
  }

  void wasQueued(Mark mark) {
    sent.addLast(mark);
  }

  void wasForgotten(Mark mark) {
    sent.remove(mark);
  }

  void wasAcked(Mark mark) {
    sent.remove(mark);
    batchesSent++;
    keysSent += mark.entries();
    if (mark.lastBackfill()) {
      ahead.clear();
      aheadEntries = 0;
    }
    while (!ahead.isEmpty() && ahead.getFirst().newest() <= mark.readVersion()) {
      aheadEntries -= ahead.removeFirst().entries();
    }
  }

  /** So many entries arrived in a datagram. */
  void arrived(int entries) {
    batchesSent++;
    keysSent += entries;
  }

  boolean liveIsOnItsWay() {
    return sent.stream().anyMatch(mark -> mark.lane().lane() == Lane.LIVE);
  }

  /** Up to this version every live change is at the client, as far as the hub knows. */
  long livePassed(long after) {
    long passed = after;
    for (Mark mark : sent) {
      if (mark.lane().lane() == Lane.LIVE) {
        passed = Math.min(passed, mark.liveAfter());
      }
    }
    return passed;
  }

  boolean nothingOnItsWay() {
    return sent.isEmpty();
  }

  /** Removals above this version are perhaps not at the client yet. */
  long removalsAfter(FeedPosition position) {
    long after = position.removalsAfter();
    for (Mark mark : sent) {
      after = Math.min(after, mark.removalsAfter());
    }
    return after;
  }

  /** Below this version everything is at the client, as far as the hub knows. */
  long passed(long position) {
    long passed = position;
    for (Mark mark : sent) {
      passed = Math.min(passed, mark.passed());
    }
    return passed;
  }
}
