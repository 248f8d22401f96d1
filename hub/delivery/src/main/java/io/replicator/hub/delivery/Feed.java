package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.FeedStats.Mark;
import io.replicator.link.codec.EncodedBatch;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber's view of one database or collection: where it stands, and what is built for it
 * next. It builds only what there is room for, so what it sends is the newest there is. Confined to
 * the loop.
 */
final class Feed implements DatabaseState.Follower {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);
  private static final Duration RETRY = Duration.ofMillis(100);

  private final FeedRequested requested;
  private final FeedHost host;
  private final DatabaseState database;
  private final LaneQueue live = new LaneQueue(Lane.LIVE, this);
  private final LaneQueue backfill = new LaneQueue(Lane.BACKFILL, this);
  private final FeedStats stats = new FeedStats();

  private FeedState state;
  private FeedPosition position = FeedPosition.snapshot(0);

  /** The cursor as it is on its way or stored, to tell whether it lags behind. */
  private FeedPosition toldPosition = position;

  private long toldNanos;
  private @Nullable Pass pass;
  private boolean passWithChain;

  /** Passes that began since the backfill was empty: one has to, before the next may be folded. */
  private int passesSinceBackfill = 1;

  /** What was missed before this connection may be folded whatever backfill there is. */
  private boolean firstPass = true;

  /** Null = live changes go in blocks only. */
  private @Nullable FeedDatagrams datagrams;

  private boolean heldBack;
  private boolean closed;

  Feed(FeedRequested requested, FeedHost host, List<Cursor> cursors) {
    this.requested = requested;
    this.host = host;
    this.database = requested.database();
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
      case LIVE -> live;
      case BACKFILL -> backfill;
    };
  }

  FeedStats stats() {
    return stats;
  }

  FeedState state() {
    return state;
  }

  FeedPosition position() {
    return position;
  }

  /** Removals above this version are perhaps not at the client yet. */
  long removalsAfter() {
    return stats.removalsAfter(position);
  }

  boolean heldBack() {
    return heldBack;
  }

  /** Live changes may go by these. */
  void useDatagrams(DatagramPath path) {
    datagrams = new FeedDatagrams(this, host, path);
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
    live.endTransfer();
    backfill.endTransfer();
    if (datagrams != null) {
      datagrams.close();
    }
  }

  /** Whether everything up to now was sent and acknowledged. */
  boolean isUpToDate() {
    return state instanceof FeedState.Running
        && position.backfill().isEmpty()
        && position.live().after() == database.version()
        && live.isDrained()
        && stats.nothingOnItsWay();
  }

  @Override
  public void moved() {
    host.want(this);
  }

  @Override
  public void historyLost(String reason) {
    if (!(state instanceof FeedState.Opening)) {
      beginSnapshot(reason);
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
        if (live.isDrained() && backfill.isDrained()) {
          turn(turn);
        }
      }
      case FeedState.TurnSending() -> {
        if (live.isDrained()) {
          state = new FeedState.Running();
          host.want(this);
        }
      }
      case FeedState.Running() -> run();
    }
  }

  /** A batch left this hub wholly. */
  void batchSent() {
    host.want(this);
  }

  /** The client has applied a batch. */
  void batchAcked(Mark mark) {
    stats.wasAcked(mark);
    if (datagrams != null) {
      datagrams.acked(mark);
    }
    host.want(this);
  }

  /** Called now and then: has the cursor stored if it moved and nothing told the client so. */
  void refreshCursor(long nowNanos) {
    if (datagrams != null && datagrams.isActive()) {
      datagrams.tellCursor();
      return;
    }
    boolean idle = state instanceof FeedState.Running && live.isDrained() && pass == null;
    long age = nowNanos - toldNanos;
    if (idle
        && backfill.isDrained()
        && !position.equals(toldPosition)
        && age >= host.works().settings().cursorRefresh().toNanos()) {
      state = new FeedState.Turning(FeedState.Turn.CURSOR);
      host.want(this);
    }
  }

  private void resume(List<Cursor> cursors) {
    switch (Resume.judge(cursors, database.history())) {
      case Resume.From(FeedPosition from, boolean asStored) -> {
        host.works().counters().increment(DeliveryCounter.RESUMES);
        position = from;
        toldPosition = from;
        state = asStored ? new FeedState.Running() : new FeedState.Turning(FeedState.Turn.CURSOR);
      }
      case Resume.Anew(String reason) -> beginSnapshot(reason);
    }
  }

  private void beginSnapshot(String reason) {
    log.atInfo()
        .addKeyValue("database", database.database())
        .addKeyValue("feed", requested.number())
        .addKeyValue("reason", reason)
        .log("snapshot");
    leaveDatagrams();
    live.forget();
    backfill.forget();
    pass = null;
    state = new FeedState.Turning(FeedState.Turn.SNAPSHOT);
    host.want(this);
  }

  private void leaveDatagrams() {
    if (datagrams != null) {
      datagrams.leave();
    }
  }

  private void turn(FeedState.Turn turn) {
    leaveDatagrams();
    DeliveryCounters counters = host.works().counters();
    switch (turn) {
      case SNAPSHOT -> {
        counters.increment(DeliveryCounter.SNAPSHOTS);
        position = FeedPosition.snapshot(database.snapshotVersion());
      }
      case FOLD -> {
        counters.increment(DeliveryCounter.FOLDS);
        position = position.folded(database.version());
      }
      case CURSOR -> {}
    }
    pass = null;
    if (!position.backfill().isEmpty()) {
      passesSinceBackfill = 0;
    }
    EncodedBatch encoded =
        host.works()
            .encodeSmall(
                BatchContent.turn(
                    database, position, database.version(), turn == FeedState.Turn.SNAPSHOT));
    state = new FeedState.TurnSending();
    enqueue(live, encoded, position, 0);
  }

  private void run() {
    if (position.isBehind(database.horizon())) {
      beginSnapshot("history gone");
      return;
    }
    buildLive();
    if (state instanceof FeedState.Running) {
      buildBackfill();
    }
  }

  private void buildLive() {
    if (datagrams != null && datagrams.takeOver()) {
      return;
    }
    if (!live.hasRoom() || !liveIsDue()) {
      return;
    }
    if (!host.hasRoom(Lane.LIVE)) {
      host.waitForRoom(this);
      return;
    }
    if (isHeldBack()) {
      return;
    }
    if (pass == null && !beginPass()) {
      fold();
      return;
    }
    build(live, List.of(position.live()));
  }

  // What datagrams need.

  boolean isRunning() {
    return state instanceof FeedState.Running;
  }

  void fold() {
    state = new FeedState.Turning(FeedState.Turn.FOLD);
    host.want(this);
  }

  /** No live round is under way, nothing of one is unsent. */
  boolean isBetweenRounds() {
    return pass == null
        && live.isDrained()
        && live.transfer() == null
        && position.live().equals(Round.doneAt(position.live().after()));
  }

  boolean hasPass() {
    return pass != null;
  }

  boolean passIsWalk() {
    return pass != null && pass.slots() == null;
  }

  Pass takePass() {
    Pass taken = pass;
    pass = null;
    if (taken == null) {
      throw new IllegalStateException("no pass is under way");
    }
    return taken;
  }

  void givePass(Pass rest) {
    pass = rest;
  }

  /** Builds the next batch of the pass under way. */
  void buildPass() {
    if (!live.hasRoom()) {
      return;
    }
    if (host.hasRoom(Lane.LIVE)) {
      build(live, List.of(position.live()));
    } else {
      host.waitForRoom(this);
    }
  }

  boolean cursorIsUntoldFor(long nanos) {
    return isRunning()
        && live.isDrained()
        && pass == null
        && !position.live().equals(toldPosition.live())
        && host.works().loop().nowNanos() - toldNanos >= nanos;
  }

  void sendCursor() {
    EncodedBatch encoded = host.works().encodeSmall(BatchContent.liveCursor(database, position));
    enqueue(live, encoded, position, 0);
  }

  Mark sendWithoutCursor(EncodedBatch encoded) {
    if (!position.backfill().isEmpty()) {
      stats.wentAhead(database.version(), encoded.entries());
    }
    LaneQueue.Pending place = takePlaceUntold(live, position, 0, encoded.entries());
    encoded(live, place, encoded);
    return place.mark();
  }

  void sentInDatagram(EncodedBatch encoded, int wireBytes) {
    if (!position.backfill().isEmpty()) {
      stats.wentAhead(database.version(), encoded.entries());
    }
    stats.mergedBytes += encoded.rawBytes();
    stats.compressedBytes += encoded.data().length;
    stats.wireBytes += wireBytes;
  }

  boolean liveIsDue() {
    return pass != null
        || live.transfer() != null
        || position.live().after() < database.version()
        || chainIsDue();
  }

  /** After a snapshot, or a round that could not bring it. Waits for backfill to be out. */
  private boolean chainIsDue() {
    return carriesChain()
        && position.chained() < position.live().after()
        && position.backfill().isEmpty()
        && backfill.isDrained();
  }

  /** The chain names keys of the whole database: a part of it would be a lie. */
  private boolean carriesChain() {
    return database.versioned() && requested.filter().isAll();
  }

  boolean isHeldBack() {
    boolean held =
        !position.backfill().isEmpty()
            && stats.aheadEntries() >= host.works().settings().aheadLimit();
    if (held && !heldBack) {
      host.works().counters().increment(DeliveryCounter.HELD_BACK);
    }
    heldBack = held;
    return held;
  }

  /** False if the round is too large to list and may be folded. */
  boolean beginPass() {
    Round round = position.live();
    boolean cut = round.slot() > 0;
    Pass next = cut ? database.resumedPass(round) : database.startPass(round.after());
    if (next == null) {
      if (firstPass || (position.backfill().isEmpty() && passesSinceBackfill > 0)) {
        firstPass = false;
        return false;
      }
      next = cut ? Pass.walk(round.after(), round.until()) : database.startWalk(round.after());
    }
    boolean backfillIsOut = position.backfill().isEmpty() && backfill.isDrained();
    passWithChain = carriesChain() && !cut && backfillIsOut;
    if (position.backfill().isEmpty()) {
      passesSinceBackfill++;
    }
    firstPass = false;
    pass = next;
    position =
        position.withLive(new Round(round.after(), next.until(), round.slot()), position.chained());
    stats.changes += next.until() - round.after();
    return true;
  }

  private void buildBackfill() {
    if (position.backfill().isEmpty() || !backfill.hasRoom()) {
      return;
    }
    if (host.hasRoom(Lane.BACKFILL)) {
      build(backfill, position.backfill());
    } else {
      host.waitForRoom(this);
    }
  }

  private void build(LaneQueue lane, List<Round> rounds) {
    BuildSpec spec =
        new BuildSpec(
            database,
            database.epoch(),
            database.slots(),
            lane.lane(),
            requested.filter(),
            rounds,
            lane == live ? pass : null,
            lane == live ? position.chained() : 0,
            lane == live && passWithChain,
            host.compression(),
            host.compressionLevel(),
            host.budgetBytes(lane.lane()),
            host.maxValueBytes());
    BatchBuild.Listener listener = new Built(lane, lane.beginBuild());
    LargeTransfer transfer = lane.transfer();
    if (transfer != null) {
      transfer.produce(spec, listener);
    } else {
      host.batches().request(spec, lane == backfill ? lane.lastReadVersion() : 0, listener);
    }
  }

  private void built(LaneQueue lane, Outcome outcome) {
    LargeTransfer transfer = lane.transfer();
    if (transfer != null && transfer.ended()) {
      lane.endTransfer();
    }
    FeedPosition before = position;
    switch (outcome) {
      case Outcome.Ready ready -> {
        move(lane, ready, ready.chained());
        if (lane == live && !position.backfill().isEmpty()) {
          stats.wentAhead(ready.newest(), ready.encoded().entries());
        }
        enqueue(lane, ready.encoded(), before, ready.readVersion());
      }
      case Outcome.Nothing nothing -> move(lane, nothing, position.chained());
      case Outcome.Large large -> {
        move(lane, large, position.chained());
        lane.beginTransfer(
            new LargeTransfer(host.works(), database, large, host.budgetBytes(lane.lane())));
      }
    }
    host.want(this);
  }

  private void move(LaneQueue lane, Outcome outcome, long chained) {
    switch (lane.lane()) {
      case LIVE -> {
        Round round = outcome.rounds().getFirst();
        Pass newPass = outcome.pass();
        boolean done = newPass != null && round.after() == newPass.until();
        pass = done ? null : newPass;
        position = position.withLive(round, chained);
      }
      case BACKFILL -> {
        position = position.withBackfill(outcome.rounds());
        if (outcome instanceof Outcome.Ready ready) {
          lane.wasRead(ready.readVersion());
        }
      }
    }
  }

  /** A batch takes its place in the lane, encoded or not: the position is behind it already. */
  private LaneQueue.Pending takePlace(
      LaneQueue lane, FeedPosition before, long readVersion, int entries) {
    toldPosition = position;
    toldNanos = host.works().loop().nowNanos();
    return takePlaceUntold(lane, before, readVersion, entries);
  }

  /** The same for a batch that has no cursor. */
  private LaneQueue.Pending takePlaceUntold(
      LaneQueue lane, FeedPosition before, long readVersion, int entries) {
    long forgets = lane == backfill ? readVersion : 0;
    boolean lastBackfill = lane == backfill && position.backfill().isEmpty();
    Mark mark =
        new Mark(
            lane,
            before.passed(),
            before.removalsAfter(),
            before.live().after(),
            forgets,
            entries,
            lastBackfill);
    stats.wasQueued(mark);
    return lane.beginEncoding(mark, before.backfill());
  }

  private void enqueue(
      LaneQueue lane, EncodedBatch encoded, FeedPosition before, long readVersion) {
    encoded(lane, takePlace(lane, before, readVersion, encoded.entries()), encoded);
  }

  private void encoded(LaneQueue lane, LaneQueue.Pending pending, EncodedBatch encoded) {
    lane.encoded(
        pending,
        encoded,
        (batch, mark) -> {
          stats.mergedBytes += batch.rawBytes();
          stats.compressedBytes += batch.data().length;
          host.enqueue(lane, batch, mark);
        });
    host.want(this);
  }

  /** The answer to one build, if it is still wanted. */
  private final class Built implements BatchBuild.Listener {
    private final LaneQueue lane;
    private final int generation;

    /** Once everything is read, of the backfill lane: the next one is read meanwhile. */
    private LaneQueue.@Nullable Pending pending;

    Built(LaneQueue lane, int generation) {
      this.lane = lane;
      this.generation = generation;
    }

    @Override
    public void wasRead(BatchBuild.WasRead read) {
      if (!closed && lane == backfill && host.readsAhead() && lane.isCurrent(generation)) {
        FeedPosition before = position;
        position = position.withBackfill(read.rounds());
        lane.wasRead(read.readVersion());
        pending = takePlace(lane, before, read.readVersion(), read.entries());
        host.want(Feed.this);
      }
    }

    @Override
    public void built(Outcome outcome) {
      if (!isWanted()) {
        return;
      }
      LaneQueue.Pending place = pending;
      if (place != null && outcome instanceof Outcome.Ready ready) {
        Feed.this.encoded(lane, place, ready.encoded());
      } else {
        lane.endBuild();
        Feed.this.built(lane, outcome);
      }
    }

    private boolean isWanted() {
      LaneQueue.Pending place = pending;
      return !closed && (place == null ? lane.isCurrent(generation) : lane.isEncoding(place));
    }

    @Override
    public void failed(Throwable reason) {
      if (!isWanted()) {
        return;
      }
      int again = generation;
      LaneQueue.Pending place = pending;
      if (place != null) {
        position = position.withBackfill(place.roundsBefore());
        lane.cutEncodingAt(place);
        again = lane.beginBuild();
      }
      int retry = again;
      log.atDebug()
          .addKeyValue("database", database.database())
          .addKeyValue("reason", reason.toString())
          .log("a batch could not be built, trying again");
      lane.endTransfer();
      host.works().loop().schedule(RETRY, () -> tryAgain(retry));
    }

    private void tryAgain(int retry) {
      if (!closed && lane.isCurrent(retry)) {
        lane.endBuild();
        host.want(Feed.this);
      }
    }
  }
}
