package io.replicator.hub.delivery;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a feed stands: the live round, and backfill rounds with disjoint intervals, oldest first,
 * all of them at or below the live round's begin. So each (key, version) is owed by one lane only.
 *
 * @param chained version up to which the version chain was sent, 0 = never
 * @param reconciles whether the first backfill round is owed only as far as a reconcile finds it to
 *     be lacking; a cursor that says so is worth nothing by itself
 */
record FeedPosition(Round live, List<Round> backfill, long chained, boolean reconciles) {
  static final int MAX_BACKFILL_ROUNDS = 8;

  FeedPosition {
    backfill = List.copyOf(backfill);
    if (backfill.size() > MAX_BACKFILL_ROUNDS) {
      throw new IllegalArgumentException(
          backfill.size() + " backfill rounds: at most " + MAX_BACKFILL_ROUNDS + " expected");
    }
    long reached = 0;
    for (Round round : backfill) {
      if (round.after() < reached || round.until() > live.after()) {
        throw new IllegalArgumentException(
            "backfill round "
                + round
                + " overlaps: "
                + reached
                + " to "
                + live.after()
                + " is free");
      }
      reached = round.until();
    }
  }

  FeedPosition(Round live, List<Round> backfill, long chained) {
    this(live, backfill, chained, false);
  }

  /** At the begin of a reconcile: what differs up to this version is owed, what comes is live. */
  static FeedPosition reconcile(long version, long chained) {
    return new FeedPosition(
        Round.doneAt(version), List.of(new Round(0, version, 0)), chained, true);
  }

  /** The reconcile has ended: its round is owed no more. */
  FeedPosition reconciled() {
    return new FeedPosition(live, backfill.subList(1, backfill.size()), chained, false);
  }

  /** At the begin of a snapshot: everything up to this version is backfill, what comes is live. */
  static FeedPosition snapshot(long version) {
    return new FeedPosition(Round.doneAt(version), List.of(new Round(0, version, 0)), 0);
  }

  FeedPosition withLive(Round round, long newChained) {
    return new FeedPosition(round, backfill, newChained, reconciles);
  }

  FeedPosition withBackfill(List<Round> rounds) {
    return new FeedPosition(live, rounds, chained, reconciles);
  }

  /** The live round becomes one more backfill round, and live goes on from {@code now}. */
  FeedPosition folded(long now) {
    List<Round> rounds = new ArrayList<>(backfill);
    rounds.add(new Round(live.after(), now, 0));
    return new FeedPosition(Round.doneAt(now), limited(rounds), chained, reconciles);
  }

  /** The rest of the live round becomes one more backfill round, and live goes on behind it. */
  FeedPosition withLiveAside() {
    List<Round> rounds = new ArrayList<>(backfill);
    rounds.add(live);
    return new FeedPosition(Round.doneAt(live.until()), limited(rounds), chained, reconciles);
  }

  /**
   * Joins the newest rounds until there are few enough. A joined round owes all that its parts
   * owed, and perhaps more; the round under way, the oldest, is joined last.
   */
  static List<Round> limited(List<Round> rounds) {
    List<Round> kept = new ArrayList<>(rounds);
    while (kept.size() > MAX_BACKFILL_ROUNDS) {
      Round newest = kept.removeLast();
      Round before = kept.removeLast();
      kept.add(new Round(before.after(), newest.until(), Math.min(before.slot(), newest.slot())));
    }
    return kept;
  }

  /** Below this version everything was sent. */
  long passed() {
    return backfill.isEmpty() ? live.after() : backfill.getFirst().after();
  }

  /** Removals with a greater version are still to be sent; those below a snapshot never are. */
  long removalsAfter() {
    long least = live.after();
    for (Round round : backfill) {
      least = round.isSnapshot() ? least : Math.min(least, round.after());
    }
    return least;
  }

  boolean loadsSnapshot() {
    return !reconciles && !backfill.isEmpty() && backfill.getFirst().isSnapshot();
  }

  /** Whether deletions that this feed still has to hear of may have been forgotten. */
  boolean isBehind(long horizon) {
    return removalsAfter() < horizon;
  }
}
