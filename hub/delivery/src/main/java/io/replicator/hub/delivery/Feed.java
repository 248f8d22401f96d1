package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.FeedStats.Mark;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileAsk;
import io.replicator.link.wire.ReconcileNote;
import io.replicator.link.wire.ReconcileWant;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

  /** What the live round before this one sent, and what this one has sent. */
  private SentSlots sentBefore = SentSlots.NONE;

  private final SentSlots.Growing sentNow = new SentSlots.Growing();

  /** Whether the batch just built is of a large value. */
  private boolean large;

  /** Passes that began since the backfill was empty: one has to, before the next may be folded. */
  private int passesSinceBackfill = 1;

  /** What was missed before this connection may be folded whatever backfill there is. */
  private boolean firstPass = true;

  /** Null = live changes go in blocks only. */
  private @Nullable FeedDatagrams datagrams;

  private @Nullable ReconcileRun run;
  private long runs;
  private boolean verifyAsked;

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
    endRun();
  }

  /** Whether everything up to now was sent and acknowledged. */
  boolean isUpToDate() {
    return state instanceof FeedState.Verifying || isSent();
  }

  private boolean isSent() {
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
    switch (state) {
      case FeedState.Opening opening -> {}
      case FeedState.Verifying verifying -> refuse(reason);
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
        if (live.isDrained() && backfill.isDrained()) {
          turn(turn);
        }
      }
      case FeedState.TurnSending() -> {
        if (live.isDrained()) {
          state = position.reconciles() ? new FeedState.Reconciling() : new FeedState.Running();
          host.want(this);
        }
      }
      case FeedState.Running() -> {
        beginVerification();
        run();
      }
      case FeedState.Reconciling() -> reconcile();
      case FeedState.Verifying() -> beginVerification();
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
    if (run != null) {
      run.batchAcked(mark);
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
    if (requested.verifyOnly()) {
      state = new FeedState.Verifying();
      return;
    }
    switch (Resume.judge(cursors, database.history())) {
      case Resume.From(FeedPosition from, boolean asStored) -> {
        host.works().counters().increment(DeliveryCounter.RESUMES);
        position = from;
        toldPosition = from;
        state = asStored ? new FeedState.Running() : new FeedState.Turning(FeedState.Turn.CURSOR);
      }
      case Resume.Anew(String reason) -> beginAnew(reason);
    }
  }

  /** Nothing is known of what the client has: it is found out if that can be, else all is sent. */
  private void beginAnew(String reason) {
    if (!canReconcile()) {
      beginSnapshot(reason);
    } else if (!database.ready()) {
      // judged again, and then as one without a cursor, when the database is known
      endRun();
      live.forget();
      backfill.forget();
      forgetPass();
      state = new FeedState.Opening(List.of());
    } else if (!beginReconcile(reason)) {
      beginSnapshot(reason);
    }
  }

  private boolean canReconcile() {
    return database.cuts().settings().enabled()
        && switch (requested.holds()) {
          case DATA -> true;
          case NOTHING -> stats.keysSent > 0;
          case UNKNOWN, UNRECOGNIZED -> false;
        };
  }

  private boolean beginReconcile(String reason) {
    endRun();
    Cut cut = database.cuts().acquire(requested.filter());
    if (cut == null) {
      host.works().counters().increment(DeliveryCounter.RECONCILES_GIVEN_UP);
      return false;
    }
    log.atInfo()
        .addKeyValue("database", database.database())
        .addKeyValue("feed", requested.number())
        .addKeyValue("reason", reason)
        .log("reconcile");
    leaveDatagrams();
    run = new ReconcileRun(this, host, ++runs, false, cut);
    live.forget();
    backfill.forget();
    forgetPass();
    state = new FeedState.Turning(FeedState.Turn.RECONCILE);
    host.want(this);
    return true;
  }

  private void endRun() {
    ReconcileRun open = run;
    run = null;
    if (open != null) {
      open.end();
    }
  }

  /** A run that cannot go on. */
  void runFailed(ReconcileRun failed, String reason) {
    if (run != failed) {
      return;
    }
    if (failed.isVerification()) {
      refuse(reason);
    } else {
      host.works().counters().increment(DeliveryCounter.RECONCILES_GIVEN_UP);
      beginSnapshot(reason);
    }
  }

  private void beginSnapshot(String reason) {
    log.atInfo()
        .addKeyValue("database", database.database())
        .addKeyValue("feed", requested.number())
        .addKeyValue("reason", reason)
        .log("snapshot");
    endRun();
    leaveDatagrams();
    live.forget();
    backfill.forget();
    forgetPass();
    state = new FeedState.Turning(FeedState.Turn.SNAPSHOT);
    host.want(this);
  }

  private void leaveDatagrams() {
    if (datagrams != null) {
      datagrams.leave();
    }
  }

  // What the client says about runs.

  void take(ReconcileAsk ask) {
    ReconcileRun open = runOf(ask.getRun());
    if (open != null) {
      open.take(ask);
    }
  }

  void take(ReconcileWant want) {
    ReconcileRun open = runOf(want.getRun());
    if (open != null) {
      open.take(want);
    }
  }

  void take(ReconcileNote note) {
    switch (note.getKind()) {
      case VERIFY -> verify();
      case REPAIR -> repair();
      case DONE -> {
        ReconcileRun open = runOf(note.getRun());
        if (open != null) {
          done(open, note.getCount());
        }
      }
      case GIVE_UP -> {
        ReconcileRun open = runOf(note.getRun());
        if (open != null) {
          runFailed(open, "given up by the client: " + shortened(note.getText()));
        }
      }
      case CUT, WANTED, SERVED, REFUSED, KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new ProtocolException(
              WireError.BAD_FRAME, "a note " + note.getKind() + " is not for a hub");
    }
  }

  /** Null if it is over: what is still on its way about it is left. */
  private @Nullable ReconcileRun runOf(long number) {
    if (number < 1 || number > runs) {
      throw new ProtocolException(
          WireError.BAD_FRAME, "run " + number + ": 1 to " + runs + " expected");
    }
    return number == runs ? run : null;
  }

  private void verify() {
    boolean steady =
        (state instanceof FeedState.Running && position.backfill().isEmpty())
            || state instanceof FeedState.Verifying
            || (state instanceof FeedState.Opening && requested.verifyOnly());
    if (!steady || run != null) {
      refuse("the feed is being loaded");
      return;
    }
    verifyAsked = true;
    host.want(this);
  }

  /** Once all that the cut has was applied: before, a difference would be no more than delay. */
  private void beginVerification() {
    if (verifyAsked && run == null) {
      verifyAsked = false;
      Cut cut = database.cuts().acquire(requested.filter());
      if (cut == null) {
        refuse("the hub has no room to compare");
        return;
      }
      run = new ReconcileRun(this, host, ++runs, true, cut);
    }
    ReconcileRun open = run;
    if (open != null
        && !open.hasBegun()
        && (requested.verifyOnly() || stats.passed(position.passed()) >= open.cut().version())) {
      open.begin();
    }
  }

  private void repair() {
    if (!(state instanceof FeedState.Running) || !position.backfill().isEmpty()) {
      refuse("the feed is being loaded");
    } else {
      beginAnew("drift");
    }
  }

  private void done(ReconcileRun open, long differences) {
    if (open.isVerification()) {
      host.works().counters().increment(DeliveryCounter.VERIFICATIONS);
      host.works().counters().add(DeliveryCounter.DRIFT_FOUND, differences);
      stats.verified(host.works().loop().nowNanos(), differences);
      endRun();
    } else if (state instanceof FeedState.Reconciling && open.toldServed()) {
      state = new FeedState.Turning(FeedState.Turn.RECONCILED);
      host.want(this);
    } else {
      throw new ProtocolException(
          WireError.BAD_FRAME, "a reconcile cannot be done before all was served");
    }
  }

  private void refuse(String reason) {
    verifyAsked = false;
    endRun();
    host.send(
        Frame.newBuilder()
            .setReconcileNote(
                ReconcileNote.newBuilder()
                    .setFeed(requested.number())
                    .setKind(ReconcileNote.Kind.REFUSED)
                    .setText(reason))
            .build());
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200);
  }

  /** A repair of a copy whose chain was sent up to some version need not send that again. */
  private long kept() {
    return position.live().after() > 0 && !position.loadsSnapshot() && position.chained() > 0
        ? position.chained()
        : 0;
  }

  private void forgetPass() {
    pass = null;
    sentNow.finish();
    sentBefore = SentSlots.NONE;
  }

  private void turn(FeedState.Turn turn) {
    leaveDatagrams();
    DeliveryCounters counters = host.works().counters();
    switch (turn) {
      case SNAPSHOT -> {
        counters.increment(DeliveryCounter.SNAPSHOTS);
        position = FeedPosition.snapshot(database.snapshotVersion());
      }
      case RECONCILE -> {
        counters.increment(DeliveryCounter.RECONCILES);
        ReconcileRun begun = Objects.requireNonNull(run);
        position = FeedPosition.reconcile(begun.cut().version(), kept());
        firstPass = false;
        begun.begin();
      }
      case RECONCILED -> {
        counters.increment(DeliveryCounter.RECONCILES_DONE);
        position = position.reconciled();
        stats.nothingAhead();
        endRun();
      }
      case FOLD -> {
        counters.increment(DeliveryCounter.FOLDS);
        position = position.folded(database.version());
      }
      case CURSOR -> {}
    }
    forgetPass();
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

  private void reconcile() {
    ReconcileRun now = Objects.requireNonNull(run);
    if (position.isBehind(database.horizon())) {
      beginAnew("history gone");
      return;
    }
    buildLive();
    Pass wanted = now.toServe();
    if (wanted != null && backfill.hasRoom()) {
      if (host.hasRoom(Lane.BACKFILL)) {
        build(backfill, now.rounds(), wanted);
      } else {
        host.waitForRoom(this);
      }
    }
    now.tellServed(backfill.isDrained());
  }

  private void run() {
    if (position.isBehind(database.horizon())) {
      beginAnew("history gone");
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
    Pass underWay = pass;
    if (underWay != null && live.transfer() == null && !database.versioned()) {
      pass = database.refreshedPass(underWay, sentBefore);
    }
    build(live, List.of(position.live()), pass);
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
      build(live, List.of(position.live()), pass);
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
    LaneQueue.Pending place = takePlaceUntold(live, position, List.of(), 0, encoded.entries());
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
    Pass next = cut ? database.resumedPass(round) : database.startPass(round.after(), sentBefore);
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
    if (!database.versioned()) {
      // What another connection sent of a round that was cut is not known here.
      sentNow.sentUpTo(round.slot(), 0);
    }
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
      build(backfill, position.backfill(), null);
    } else {
      host.waitForRoom(this);
    }
  }

  private void build(LaneQueue lane, List<Round> rounds, @Nullable Pass slots) {
    BuildSpec spec =
        new BuildSpec(
            database,
            database.epoch(),
            database.slots(),
            lane.lane(),
            requested.filter(),
            rounds,
            slots,
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
    large = transfer != null;
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

  /** What backfill has to go through: of a reconcile, what is wanted. */
  private List<Round> owedBackfill() {
    return run != null && position.reconciles() ? run.rounds() : position.backfill();
  }

  private void moveBackfill(List<Round> rounds) {
    if (run != null && position.reconciles()) {
      run.moved(rounds);
    } else {
      position = position.withBackfill(rounds);
    }
  }

  private void move(LaneQueue lane, Outcome outcome, long chained) {
    switch (lane.lane()) {
      case LIVE -> {
        Round round = outcome.rounds().getFirst();
        Pass newPass = outcome.pass();
        boolean done = newPass != null && round.after() == newPass.until();
        pass = done ? null : newPass;
        position = position.withLive(round, chained);
        if (!database.versioned()) {
          remember(outcome, done, round.slot());
        }
      }
      case BACKFILL -> {
        moveBackfill(outcome.rounds());
        if (outcome instanceof Outcome.Ready ready) {
          lane.wasRead(ready.readVersion());
        }
      }
    }
  }

  /** Versions of a chain are told apart only as well as the application does: plain ones only. */
  private void remember(Outcome outcome, boolean done, int slot) {
    sentNow.sentUpTo(done ? Integer.MAX_VALUE : slot, sentAt(outcome));
    if (done) {
      sentBefore = sentNow.finish();
    }
  }

  /**
   * The version up to which the live batch holds all changes of its slots: what became dirty after
   * the list was made is not in it. 0 = it cannot be said: parts of a large value were read one
   * after the other.
   */
  private long sentAt(Outcome outcome) {
    if (!(outcome instanceof Outcome.Ready ready) || large) {
      return 0;
    }
    Pass sent = ready.pass();
    return sent == null ? 0 : Math.min(ready.readVersion(), sent.listed().version());
  }

  /** A batch takes its place in the lane, encoded or not: the position is behind it already. */
  private LaneQueue.Pending takePlace(
      LaneQueue lane, FeedPosition before, List<Round> owed, long readVersion, int entries) {
    toldPosition = position;
    toldNanos = host.works().loop().nowNanos();
    return takePlaceUntold(lane, before, owed, readVersion, entries);
  }

  /** The same for a batch that has no cursor. */
  private LaneQueue.Pending takePlaceUntold(
      LaneQueue lane, FeedPosition before, List<Round> owed, long readVersion, int entries) {
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
    if (run != null && lane == backfill) {
      run.batchQueued(mark);
    }
    return lane.beginEncoding(mark, owed);
  }

  private void enqueue(
      LaneQueue lane, EncodedBatch encoded, FeedPosition before, long readVersion) {
    encoded(lane, takePlace(lane, before, List.of(), readVersion, encoded.entries()), encoded);
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
        List<Round> owed = owedBackfill();
        moveBackfill(read.rounds());
        lane.wasRead(read.readVersion());
        pending = takePlace(lane, before, owed, read.readVersion(), read.entries());
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
        moveBackfill(place.roundsBefore());
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
