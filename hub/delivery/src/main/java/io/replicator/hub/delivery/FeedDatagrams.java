package io.replicator.hub.delivery;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.EncodedBatch;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feed's live changes by datagrams: when they go this way, and how the cursor follows.
 *
 * <pre>
 *   Blocks ──path up, a live round done, all of it acknowledged, little dirty──→ Datagrams
 *      ↑_________ path down, a turn (snapshot, fold), too much dirty at once _________│
 *
 *   one round:   list what is dirty → every slot of it confirmed → blocks bring what needs parts,
 *                the version chain if there is one → the cursor is at the round's end
 * </pre>
 *
 * Changes go out all the time, whatever round is under way; a round only says how far the cursor
 * may move. Confined to the loop.
 */
final class FeedDatagrams implements DatagramLane.Owner {
  /** More dirty keys than this are a bulk: blocks carry them first. */
  private static final int MAX_DIRTY_TO_BEGIN = 4096;

  private static final long TELL_CURSOR_NANOS = 1_000_000_000;

  private final Feed feed;
  private final FeedLanes lanes;
  private final LiveRound round;
  private final FeedProgress progress;
  private final FeedHost host;
  private final DatagramPath path;
  private final DatagramLane lane;

  /** Batches of values too large for a datagram, on their way in blocks. */
  private final IdentityHashMap<FeedStats.Mark, List<DatagramPacker.Item>> inBlocks =
      new IdentityHashMap<>();

  FeedDatagrams(Feed feed, FeedLanes lanes, LiveRound round, FeedHost host, DatagramPath path) {
    this.feed = feed;
    this.lanes = lanes;
    this.round = round;
    this.progress = feed.progress();
    this.host = host;
    this.path = path;
    this.lane = new DatagramLane(feed.requested(), host.works(), path, this);
    path.add(lane);
  }

  boolean isActive() {
    return lane.isActive();
  }

  /** Sends live changes this way, if they can go it; false = they go in blocks. */
  boolean takeOver() {
    if (!path.isUp()) {
      leave();
      return false;
    }
    if (!lane.isActive()) {
      if (!lanes.areBetweenRounds() || isBulk()) {
        return false;
      }
      if (progress.stats().liveIsOnItsWay()) {
        return true; // the next acknowledgement makes way
      }
      enter();
    }
    if (!lane.scan()) {
      leave();
      return false;
    }
    path.pumpSoon();
    sendAside();
    return moveCursor();
  }

  private boolean isBulk() {
    DatabaseState database = feed.requested().database();
    long after = progress.position().live().after();
    if (after == database.version()) {
      return false;
    }
    int[] dirty = database.passes().dirtyBetween(after, database.version());
    return dirty == null || dirty.length > MAX_DIRTY_TO_BEGIN;
  }

  private void enter() {
    long after = progress.position().live().after();
    path.mode(lane, true, after);
    lane.begin(after);
  }

  /** Back to blocks: what is on its way counts no more and is owed again. */
  void leave() {
    if (lane.isActive()) {
      lane.end();
      inBlocks.clear();
      path.mode(lane, false, passed());
    }
  }

  void close() {
    if (lane.isActive()) {
      lane.end();
    }
    inBlocks.clear();
  }

  /** False if the round is too much to list: then it goes in blocks. */
  private boolean moveCursor() {
    if (!round.isUnderWay()) {
      lane.passed(progress.position().live().after());
      if (!lane.hasRound()) {
        if (!lanes.liveIsDue()) {
          tellCursor();
          return true;
        }
        if (!lanes.beginRound()) {
          leave();
          feed.fold();
          return true;
        }
        if (round.isWalk()) {
          leave();
          return false;
        }
        lane.beginRound(round.take());
      }
      if (!lane.roundIsThere()) {
        tellCursor();
        return true;
      }
      round.give(lane.endRound());
    }
    lanes.buildRound();
    return true;
  }

  /** Has the cursor stored now and then, though nothing but datagrams moved it. */
  void tellCursor() {
    if (lane.isActive() && cursorIsUntold()) {
      lanes.sendTurn(
          host.works()
              .encodeSmall(
                  BatchContent.liveCursor(feed.requested().database(), progress.position())));
    }
  }

  private boolean cursorIsUntold() {
    return feed.isRunning()
        && lanes.live().isDrained()
        && !round.isUnderWay()
        && progress.liveIsUntold()
        && progress.wasToldBefore(host.works().loop().nowNanos(), TELL_CURSOR_NANOS);
  }

  private void sendAside() {
    LaneQueue live = lanes.live();
    if (!lane.hasAside() || !live.hasRoom()) {
      return;
    }
    if (!host.hasRoom(live)) {
      host.waitForRoom(feed);
      return;
    }
    List<DatagramPacker.Item> items = lane.takeAside();
    List<Change> changes = items.stream().map(DatagramPacker.Item::change).toList();
    Batch batch =
        BatchContent.withoutCursor(feed.requested().database(), lane.asideReadVersion(), changes);
    int generation = live.beginBuild();
    host.works()
        .encode(
            host.compression(),
            host.compressionLevel(feed.level()),
            null,
            () -> batch,
            encoded -> {
              if (live.isCurrent(generation)) {
                live.endBuild();
                asideEncoded(encoded, items);
              }
            },
            failure -> {
              if (live.isCurrent(generation)) {
                live.endBuild();
                lane.again(items);
              }
            });
  }

  private void asideEncoded(EncodedBatch encoded, List<DatagramPacker.Item> items) {
    FeedStats.Mark mark = lanes.sendWithoutCursor(encoded);
    if (lane.isActive()) {
      inBlocks.put(mark, items);
    }
  }

  /** The client has applied a batch that came in blocks. */
  void acked(FeedStats.Mark mark) {
    List<DatagramPacker.Item> items = inBlocks.remove(mark);
    if (items != null) {
      lane.arrived(items);
    }
  }

  @Override
  public void want() {
    host.want(feed);
  }

  @Override
  public long after() {
    return progress.position().live().after();
  }

  @Override
  public long passed() {
    return progress.stats().livePassed(after());
  }

  @Override
  public @Nullable Dictionary dictionary() {
    return feed.dictionary().used();
  }

  @Override
  public boolean mayGoAhead() {
    return feed.isRunning() && !progress.checkHeldBack();
  }

  @Override
  public void sent(DatagramPacker.Packed packed, int bytes) {
    EncodedBatch batch = packed.batch();
    progress.wentAhead(feed.requested().database().version(), batch.entries());
    progress.stats().mergedBytes += batch.rawBytes();
    progress.stats().compressedBytes += batch.data().length;
    progress.stats().wireBytes += bytes;
  }

  @Override
  public void arrived(int entries) {
    progress.stats().arrived(entries);
  }
}
