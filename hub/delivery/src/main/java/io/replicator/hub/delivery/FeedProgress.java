package io.replicator.hub.delivery;

/**
 * Where one feed stands, what of that is on its way to the client, and what is known to be there.
 * Confined to the loop.
 */
final class FeedProgress {
  private final DatabaseState database;
  private final FeedHost host;
  private final FeedStats stats = new FeedStats();

  private FeedPosition position = FeedPosition.snapshot(0);

  /** The cursor as it is on its way or stored, to tell whether it lags behind. */
  private FeedPosition toldPosition = position;

  private long toldNanos;
  private boolean heldBack;

  FeedProgress(DatabaseState database, FeedHost host) {
    this.database = database;
    this.host = host;
  }

  FeedPosition position() {
    return position;
  }

  FeedStats stats() {
    return stats;
  }

  void move(FeedPosition newPosition) {
    position = newPosition;
  }

  /** The client brought this position itself. */
  void resumeAt(FeedPosition stored) {
    position = stored;
    toldPosition = stored;
  }

  /** A batch that carries the position as cursor is about to be sent. */
  void told() {
    toldPosition = position;
    toldNanos = host.works().loop().nowNanos();
  }

  boolean isUntold() {
    return !position.equals(toldPosition);
  }

  boolean liveIsUntold() {
    return !position.live().equals(toldPosition.live());
  }

  boolean wasToldBefore(long nowNanos, long ageNanos) {
    return nowNanos - toldNanos >= ageNanos;
  }

  boolean loadsBackfill() {
    return !position.backfill().isEmpty();
  }

  boolean isBehindHistory() {
    return position.isBehind(database.horizon());
  }

  /** Removals above this version are perhaps not at the client yet. */
  long removalsAfter() {
    return stats.removalsAfter(position);
  }

  /** A repair of a copy whose chain was sent up to some version need not send that again. */
  long kept() {
    return position.live().after() > 0 && !position.loadsSnapshot() && position.chained() > 0
        ? position.chained()
        : 0;
  }

  /** Entries up to this version were sent live while backfill is still to come. */
  void wentAhead(long newest, int entries) {
    if (loadsBackfill()) {
      stats.wentAhead(newest, entries);
    }
  }

  /** Looks whether the live lane has to wait: the client would have to remember too much. */
  boolean checkHeldBack() {
    boolean held = loadsBackfill() && stats.aheadEntries() >= host.works().settings().aheadLimit();
    if (held && !heldBack) {
      host.works().counters().increment(DeliveryCounter.HELD_BACK);
    }
    heldBack = held;
    return held;
  }

  boolean heldBack() {
    return heldBack;
  }
}
