package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.hub.delivery.FeedStats.Mark;
import io.replicator.link.codec.EncodedBatch;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two lanes of a feed: has batches built for them as long as there is room, moves the feed's
 * position behind what was read, and hands over what is encoded. Confined to the loop.
 */
final class FeedLanes {
  private static final Duration RETRY = Duration.ofMillis(100);

  /** A value of so many slices in the live lane goes by backfill, so that others need not wait. */
  private static final long ASIDE_SLICES = 8;

  /** A round is taken for so many times what its values were of late; rounded down to half. */
  private static final int WHOLE_FACTOR = 4;

  private final Feed feed;
  private final FeedRequested requested;
  private final FeedHost host;
  private final DatabaseState database;
  private final FeedProgress progress;
  private final LiveRound round;
  private final FeedReconcile reconcile;
  private final LaneQueue live;
  private final LaneQueue backfill;
  private boolean closed;

  FeedLanes(
      Feed feed, FeedHost host, FeedProgress progress, LiveRound round, FeedReconcile reconcile) {
    this.feed = feed;
    this.requested = feed.requested();
    this.database = requested.database();
    this.host = host;
    this.progress = progress;
    this.round = round;
    this.reconcile = reconcile;
    this.live = new LaneQueue(Lane.LIVE, feed);
    this.backfill = new LaneQueue(Lane.BACKFILL, feed);
  }

  LaneQueue live() {
    return live;
  }

  LaneQueue backfill() {
    return backfill;
  }

  boolean areDrained() {
    return live.isDrained() && backfill.isDrained();
  }

  void close() {
    closed = true;
    live.endTransfer();
    backfill.endTransfer();
  }

  /** What was not begun to be sent is forgotten. */
  void forget() {
    live.forget();
    backfill.forget();
    round.forget();
  }

  // What is to be built.

  boolean liveIsDue() {
    return round.isUnderWay()
        || live.transfer() != null
        || progress.position().live().after() < database.version()
        || chainIsDue();
  }

  /** After a snapshot, or a round that could not bring it. Waits for backfill to be out. */
  private boolean chainIsDue() {
    FeedPosition position = progress.position();
    return requested.carriesChain()
        && position.chained() < position.live().after()
        && backfillIsOut();
  }

  private boolean backfillIsOut() {
    return !progress.loadsBackfill() && backfill.isDrained();
  }

  /** No live round is under way, nothing of one is unsent. */
  boolean areBetweenRounds() {
    Round now = progress.position().live();
    return !round.isUnderWay()
        && live.isDrained()
        && live.transfer() == null
        && now.equals(Round.doneAt(now.after()));
  }

  /** False if the next live round is too large to list and may be folded. */
  boolean beginRound() {
    return round.begin(backfillIsOut());
  }

  /** Builds the next live batch if there is room and something to send. */
  void buildLive() {
    if (!live.hasRoom() || !liveIsDue()) {
      return;
    }
    if (!host.hasRoom(live)) {
      host.waitForRoom(feed);
      return;
    }
    if (progress.checkHeldBack()) {
      return;
    }
    if (!round.isUnderWay() && waitsForTick()) {
      return;
    }
    if (!round.isUnderWay() && !beginRound()) {
      feed.fold();
      return;
    }
    if (live.transfer() == null) {
      round.refresh();
    }
    build(live, List.of(progress.position().live()), round.pass());
  }

  /** With many feeds rounds begin together; the database tells when. */
  private boolean waitsForTick() {
    Round now = progress.position().live();
    return now.slot() == 0 && !chainIsDue() && database.passes().waitsForTick(now.after());
  }

  /** Builds the next batch of the live round under way. */
  void buildRound() {
    if (!live.hasRoom()) {
      return;
    }
    if (host.hasRoom(live)) {
      build(live, List.of(progress.position().live()), round.pass());
    } else {
      host.waitForRoom(feed);
    }
  }

  /**
   * Builds the next backfill batch.
   *
   * @param slots the slots to look at, null = all
   */
  void buildBackfill(@Nullable Pass slots) {
    if (!backfill.hasRoom()) {
      return;
    }
    if (host.hasRoom(backfill)) {
      build(backfill, owedBackfill(), slots);
    } else {
      host.waitForRoom(feed);
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
            lane == live ? progress.position().chained() : 0,
            lane == live && round.bringsChain(),
            host.compression(),
            host.compressionLevel(requested.level()),
            lane == live ? feed.dictionary().used() : null,
            budgetBytes(lane, slots),
            host.maxValueBytes());
    BatchBuild.Listener listener = new Built(lane, lane.beginBuild());
    LargeTransfer transfer = lane.transfer();
    if (transfer != null) {
      transfer.produce(spec, listener);
    } else {
      host.batches().request(spec, lane == backfill ? lane.lastReadVersion() : 0, listener);
    }
  }

  /** A round that fits anyhow is built alike for links of all rates, so that they share it. */
  private int budgetBytes(LaneQueue lane, @Nullable Pass slots) {
    int budget = host.budgetBytes(lane);
    int[] listed = lane == live && slots != null ? slots.slots() : null;
    if (listed == null) {
      return budget;
    }
    long whole = WHOLE_FACTOR * (long) listed.length * database.entryBytes();
    return (int)
        Math.min(budget, Math.max(DeliverySettings.MIN_BATCH_BYTES, Long.highestOneBit(whole)));
  }

  // What was built.

  private void built(LaneQueue lane, Outcome outcome) {
    LargeTransfer transfer = lane.transfer();
    boolean ofLargeValue = transfer != null;
    if (transfer != null && transfer.ended()) {
      lane.endTransfer();
    }
    FeedPosition before = progress.position();
    switch (outcome) {
      case Outcome.Ready ready -> {
        move(lane, ready, ready.chained(), ofLargeValue);
        if (lane == live) {
          progress.wentAhead(ready.newest(), ready.encoded().entries());
        }
        send(lane, ready.encoded(), before, ready.readVersion());
      }
      case Outcome.Nothing nothing -> move(lane, nothing, before.chained(), ofLargeValue);
      case Outcome.Large large -> {
        boolean aside =
            lane == live
                && large.bytes() >= ASIDE_SLICES * host.maxValueBytes()
                && feed.isRunning()
                && round.mayBePutAside();
        move(lane, large, before.chained(), ofLargeValue);
        if (aside) {
          feed.putAside();
        } else {
          lane.beginTransfer(
              new LargeTransfer(
                  host.works(),
                  database,
                  large,
                  host.budgetBytes(lane),
                  lane == backfill ? lane.lastReadVersion() : 0));
        }
      }
    }
    host.want(feed);
  }

  private void move(LaneQueue lane, Outcome outcome, long chained, boolean ofLargeValue) {
    switch (lane.lane()) {
      case LIVE -> round.move(outcome, chained, ofLargeValue);
      case BACKFILL -> {
        moveBackfill(outcome.rounds());
        if (outcome instanceof Outcome.Ready ready) {
          lane.wasRead(ready.readVersion());
        }
      }
    }
  }

  /** What backfill has to go through: of a reconcile, what is wanted. */
  private List<Round> owedBackfill() {
    ReconcileRun run = reconcile.serving();
    return run != null ? run.rounds() : progress.position().backfill();
  }

  private void moveBackfill(List<Round> rounds) {
    ReconcileRun run = reconcile.serving();
    if (run != null) {
      run.moved(rounds);
    } else {
      progress.move(progress.position().withBackfill(rounds));
    }
  }

  // What is sent.

  /** A small batch of both lanes' news, or of none. */
  void sendTurn(EncodedBatch encoded) {
    send(live, encoded, progress.position(), 0);
  }

  /** A live batch that leaves the cursor where it is. */
  Mark sendWithoutCursor(EncodedBatch encoded) {
    progress.wentAhead(database.version(), encoded.entries());
    LaneQueue.Pending place =
        takePlaceUntold(live, progress.position(), List.of(), 0, encoded.entries());
    encoded(live, place, encoded);
    return place.mark();
  }

  private void send(LaneQueue lane, EncodedBatch encoded, FeedPosition before, long readVersion) {
    encoded(lane, takePlace(lane, before, List.of(), readVersion, encoded.entries()), encoded);
  }

  /** A batch takes its place in the lane, encoded or not: the position is behind it already. */
  private LaneQueue.Pending takePlace(
      LaneQueue lane, FeedPosition before, List<Round> owed, long readVersion, int entries) {
    progress.told();
    return takePlaceUntold(lane, before, owed, readVersion, entries);
  }

  /** The same for a batch that has no cursor. */
  private LaneQueue.Pending takePlaceUntold(
      LaneQueue lane, FeedPosition before, List<Round> owed, long readVersion, int entries) {
    Mark mark =
        new Mark(
            lane,
            before.passed(),
            before.removalsAfter(),
            before.live().after(),
            lane == backfill ? readVersion : 0,
            entries,
            lane == backfill && !progress.loadsBackfill());
    progress.stats().wasQueued(mark);
    if (lane == backfill) {
      reconcile.batchQueued(mark);
    }
    return lane.beginEncoding(mark, owed);
  }

  private void encoded(LaneQueue lane, LaneQueue.Pending pending, EncodedBatch encoded) {
    lane.encoded(
        pending,
        encoded,
        (batch, mark) -> {
          progress.stats().mergedBytes += batch.rawBytes();
          progress.stats().compressedBytes += batch.data().length;
          host.enqueue(lane, batch, mark);
        });
    host.want(feed);
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
        FeedPosition before = progress.position();
        List<Round> owed = owedBackfill();
        moveBackfill(read.rounds());
        lane.wasRead(read.readVersion());
        pending = takePlace(lane, before, owed, read.readVersion(), read.entries());
        host.want(feed);
      }
    }

    @Override
    public void built(Outcome outcome) {
      if (!isWanted()) {
        return;
      }
      LaneQueue.Pending place = pending;
      if (place != null && outcome instanceof Outcome.Ready ready) {
        encoded(lane, place, ready.encoded());
      } else {
        lane.endBuild();
        FeedLanes.this.built(lane, outcome);
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
      feed.buildFailed(reason);
      lane.endTransfer();
      host.works().loop().schedule(RETRY, () -> tryAgain(retry));
    }

    private void tryAgain(int retry) {
      if (!closed && lane.isCurrent(retry)) {
        lane.endBuild();
        host.want(feed);
      }
    }
  }
}
