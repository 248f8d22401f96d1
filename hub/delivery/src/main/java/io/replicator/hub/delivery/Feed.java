package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.FeedStats.Mark;
import io.replicator.link.codec.EncodedBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber's view of one database or collection, and which of its parts has its turn.
 * Confined to the loop.
 *
 * <pre>
 *                     ┌ {@link FeedProgress}   where it stands
 *   Feed (the state) ─┼ {@link LiveRound}      which slots the live round still has to bring
 *                     ├ {@link FeedLanes}      builds what there is room for, so the newest there is
 *                     ├ {@link FeedDatagrams}  live changes by datagrams
 *                     ├ {@link FeedDictionary} what small batches refer to
 *                     └ {@link FeedReconcile}  finds out what differs
 * </pre>
 */
final class Feed implements DatabaseState.Follower {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);

  private final FeedRequested requested;
  private final FeedHost host;
  private final DatabaseState database;
  private final FeedProgress progress;
  private final LiveRound round;
  private final FeedReconcile reconcile;
  private final FeedLanes lanes;
  private final FeedDictionary dictionary;

  private FeedState state;

  /** Null = live changes go in blocks only. */
  private @Nullable FeedDatagrams datagrams;

  private boolean closed;

  Feed(FeedRequested requested, FeedHost host, List<Cursor> cursors) {
    this.requested = requested;
    this.host = host;
    this.database = requested.database();
    this.progress = new FeedProgress(database, host);
    this.round = new LiveRound(requested, progress);
    this.reconcile = new FeedReconcile(this, host, progress);
    this.dictionary = new FeedDictionary(requested, host, () -> host.want(this));
    this.lanes = new FeedLanes(this, host, progress, round, reconcile);
    this.state = new FeedState.Opening(cursors);
  }

  FeedRequested requested() {
    return requested;
  }

  QosLevel level() {
    return requested.level();
  }

  LaneQueue lane(Lane lane) {
    return switch (lane) {
      case LIVE -> lanes.live();
      case BACKFILL -> lanes.backfill();
    };
  }

  FeedState state() {
    return state;
  }

  FeedProgress progress() {
    return progress;
  }

  FeedPosition position() {
    return progress.position();
  }

  FeedStats stats() {
    return progress.stats();
  }

  /** What compares. */
  FeedReconcile reconcile() {
    return reconcile;
  }

  /** What small batches are compressed with. */
  FeedDictionary dictionary() {
    return dictionary;
  }

  boolean isRunning() {
    return state instanceof FeedState.Running;
  }

  /** Live changes may go by these. */
  void useDatagrams(DatagramPath path) {
    datagrams = new FeedDatagrams(this, lanes, round, host, path);
  }

  /** Begins, or waits until the database is ready. */
  void open() {
    database.follow(this);
    if (state instanceof FeedState.Opening(List<Cursor> cursors) && database.ready()) {
      resume(cursors);
    }
    host.want(this);
  }

  void close() {
    closed = true;
    database.unfollow(this);
    lanes.close();
    if (datagrams != null) {
      datagrams.close();
    }
    reconcile.end();
    dictionary.close();
  }

  /** Whether everything up to now was sent and acknowledged. */
  boolean isUpToDate() {
    return state instanceof FeedState.Verifying || isSent();
  }

  private boolean isSent() {
    return isRunning()
        && !progress.loadsBackfill()
        && position().live().after() == database.version()
        && lanes.live().isDrained()
        && stats().nothingOnItsWay();
  }

  @Override
  public void moved() {
    host.want(this);
  }

  @Override
  public void historyLost(String reason) {
    switch (state) {
      case FeedState.Opening opening -> {}
      case FeedState.Verifying verifying -> reconcile.refuse(reason);
      case FeedState.Turning turning -> beginAnew(reason);
      case FeedState.TurnSending sending -> beginAnew(reason);
      case FeedState.Running running -> beginAnew(reason);
      case FeedState.Reconciling reconciling -> beginAnew(reason);
    }
  }

  /** Does what can be done now; whatever changes that has to {@link FeedHost#want} it again. */
  void pump() {
    if (closed || !database.ready()) {
      return;
    }
    switch (state) {
      case FeedState.Opening(List<Cursor> cursors) -> {
        resume(cursors);
        host.want(this);
      }
      case FeedState.Turning(FeedState.Turn turn) -> {
        if (lanes.areDrained()) {
          turn(turn);
        }
      }
      case FeedState.TurnSending() -> {
        if (lanes.live().isDrained()) {
          state = position().reconciles() ? new FeedState.Reconciling() : new FeedState.Running();
          host.want(this);
        }
      }
      case FeedState.Running() -> {
        reconcile.beginVerification();
        run();
      }
      case FeedState.Reconciling() -> serveReconcile();
      case FeedState.Verifying() -> reconcile.beginVerification();
    }
  }

  /** A batch left this hub wholly. */
  void batchSent() {
    host.want(this);
  }

  /** The client has applied a batch. */
  void batchAcked(Mark mark) {
    stats().wasAcked(mark);
    if (datagrams != null) {
      datagrams.acked(mark);
    }
    reconcile.batchAcked(mark);
    host.want(this);
  }

  /** A batch could not be built and will be tried again. */
  void buildFailed(Throwable reason) {
    log.atDebug()
        .addKeyValue("database", database.database())
        .addKeyValue("reason", reason.toString())
        .log("a batch could not be built, trying again");
  }

  /** Called now and then: has the cursor stored if it moved and nothing told the client so. */
  void refreshCursor(long nowNanos) {
    if (datagrams != null && datagrams.isActive()) {
      datagrams.tellCursor();
      return;
    }
    boolean idle = isRunning() && lanes.areDrained() && !round.isUnderWay();
    long age = host.works().settings().cursorRefresh().toNanos();
    if (idle && progress.isUntold() && progress.wasToldBefore(nowNanos, age)) {
      turnTo(FeedState.Turn.CURSOR);
    }
  }

  private void resume(List<Cursor> cursors) {
    if (requested.verifyOnly()) {
      state = new FeedState.Verifying();
      return;
    }
    switch (Resume.judge(cursors, database.history())) {
      case Resume.From(FeedPosition from, boolean asStored) -> {
        host.works().counters().increment(DeliveryCounter.RESUMES);
        progress.resumeAt(from);
        state = asStored ? new FeedState.Running() : new FeedState.Turning(FeedState.Turn.CURSOR);
      }
      case Resume.Anew(String reason) -> beginAnew(reason);
    }
  }

  // Beginnings.

  /** Nothing is known of what the client has: it is found out if that can be, else all is sent. */
  void beginAnew(String reason) {
    if (!reconcile.isPossible()) {
      beginSnapshot(reason);
    } else if (!database.ready()) {
      // judged again, and then as one without a cursor, when the database is known
      reconcile.end();
      lanes.forget();
      state = new FeedState.Opening(List.of());
    } else if (reconcile.prepare()) {
      begin("reconcile", reason, FeedState.Turn.RECONCILE);
    } else {
      beginSnapshot(reason);
    }
  }

  void beginSnapshot(String reason) {
    reconcile.end();
    begin("snapshot", reason, FeedState.Turn.SNAPSHOT);
  }

  private void begin(String what, String reason, FeedState.Turn turn) {
    log.atInfo()
        .addKeyValue("database", database.database())
        .addKeyValue("feed", requested.number())
        .addKeyValue("reason", reason)
        .log(what);
    leaveDatagrams();
    lanes.forget();
    turnTo(turn);
  }

  private void leaveDatagrams() {
    if (datagrams != null) {
      datagrams.leave();
    }
  }

  /** The live round is too large and becomes backfill. */
  void fold() {
    turnTo(FeedState.Turn.FOLD);
  }

  /** A very large value is next in the live lane: what comes after it does not wait. */
  void putAside() {
    turnTo(FeedState.Turn.ASIDE);
  }

  /** The client has said that its copy is equal now. */
  void reconciled() {
    turnTo(FeedState.Turn.RECONCILED);
  }

  private void turnTo(FeedState.Turn turn) {
    state = new FeedState.Turning(turn);
    host.want(this);
  }

  private void turn(FeedState.Turn turn) {
    leaveDatagrams();
    DeliveryCounters counters = host.works().counters();
    switch (turn) {
      case SNAPSHOT -> {
        counters.increment(DeliveryCounter.SNAPSHOTS);
        progress.move(FeedPosition.snapshot(database.passes().snapshotVersion()));
      }
      case RECONCILE -> {
        reconcile.begin();
        round.missedNothing();
      }
      case RECONCILED -> reconcile.complete();
      case FOLD -> {
        counters.increment(DeliveryCounter.FOLDS);
        progress.move(position().folded(database.version()));
      }
      case ASIDE -> {
        counters.increment(DeliveryCounter.LARGE_ASIDE);
        round.putAside();
      }
      case CURSOR -> {}
    }
    round.turned();
    boolean opensSnapshot = turn == FeedState.Turn.SNAPSHOT;
    EncodedBatch encoded =
        host.works()
            .encodeSmall(
                BatchContent.turn(database, position(), database.version(), opensSnapshot));
    boolean opensLoad = opensSnapshot || turn == FeedState.Turn.RECONCILE;
    state = new FeedState.TurnSending();
    lanes.sendTurn(opensLoad ? encoded.opensLoadOf(database.index().liveKeys()) : encoded);
  }

  // Going on.

  private void run() {
    if (progress.isBehindHistory()) {
      beginAnew("history gone");
      return;
    }
    buildLive();
    if (isRunning() && progress.loadsBackfill()) {
      lanes.buildBackfill(null);
    } else if (isRunning() && lanes.areDrained()) {
      dictionary.idle();
    }
  }

  private void serveReconcile() {
    if (progress.isBehindHistory()) {
      beginAnew("history gone");
      return;
    }
    ReconcileRun now = reconcile.current();
    buildLive();
    Pass wanted = now.toServe();
    if (wanted != null) {
      lanes.buildBackfill(wanted);
    }
    now.tellServed(lanes.backfill().isDrained());
  }

  private void buildLive() {
    if (datagrams == null || !datagrams.takeOver()) {
      lanes.buildLive();
    }
  }
}
