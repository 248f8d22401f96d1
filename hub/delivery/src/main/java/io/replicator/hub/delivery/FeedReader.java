package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.transport.Connection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One feed whose batches are taken one by one. Nothing is built before the batch before it was
 * taken and one more is demanded. The live lane waits until backfill is out, so that what comes
 * stands in the order in which it is to be applied (P128). Confined to the loop.
 */
public final class FeedReader implements FeedHost, BatchReader {
  private static final Duration CURSOR_LOOK = Duration.ofSeconds(10);
  private static final int LIKELY_RATIO = 2;

  private record Queued(LaneQueue lane, Taken batch, FeedStats.Mark mark) {}

  private final HubCore hub;
  private final Connection.Peer peer;
  private final String name;
  private final DatabaseState database;
  private final BatchReader.Listener listener;
  private final Feed feed;
  private final ReaderCap cap;
  private final ArrayDeque<Queued> queue = new ArrayDeque<>();

  private FeedStats.@Nullable Mark taken;
  private long batches;
  private long goal = -1;
  private boolean demanded;
  private boolean toldCaughtUp;
  private boolean pumpPosted;
  private boolean waitsForRoom;
  private boolean closed;
  private int mostRawBytes = DeliverySettings.MAX_BATCH_BYTES;

  FeedReader(
      HubCore hub,
      Connection.Peer peer,
      String name,
      FeedRequested requested,
      List<Cursor> cursors,
      BatchReader.Listener listener) {
    this.hub = hub;
    this.peer = peer;
    this.name = name;
    this.database = requested.database();
    this.listener = listener;
    this.feed = new Feed(requested, this, cursors);
    this.cap = new ReaderCap(hub, peer, name, feed.level(), this::postPump);
  }

  /** Batches of not much more than so many bytes on the wire, before anything is demanded. */
  public void batchesOf(int wireBytes) {
    long raw = LIKELY_RATIO * (long) wireBytes;
    mostRawBytes =
        Math.clamp(raw, DeliverySettings.MIN_BATCH_BYTES, DeliverySettings.MAX_BATCH_BYTES);
  }

  void open() {
    feed.open();
    hub.loop().schedule(CURSOR_LOOK, this::refreshCursor);
  }

  @Override
  public void demand() {
    FeedStats.Mark before = taken;
    taken = null;
    if (before != null) {
      feed.batchAcked(before);
    }
    demanded = true;
    toldCaughtUp = false;
    if (waitsForRoom) {
      waitsForRoom = false;
      want(feed);
    }
    postPump();
  }

  @Override
  public void sent(int bytes) {
    feed.stats().wireBytes += bytes;
    hub.works().counters().add(DeliveryCounter.WIRE_BYTES, bytes);
    cap.sent(bytes);
  }

  /** The caps that the hub's rules give it now. Whether they are others than before. */
  boolean useCaps() {
    boolean changed = cap.useCaps();
    if (changed) {
      postPump();
    }
    return changed;
  }

  @Override
  public Cursor cursor() {
    return database.cursor(feed.position());
  }

  /** Whether there is something to bring already. */
  public boolean hasMore() {
    FeedPosition position = feed.position();
    return !(feed.state() instanceof FeedState.Running)
        || !queue.isEmpty()
        || !position.backfill().isEmpty()
        || position.live().after() < database.version();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      queue.clear();
      feed.close();
      hub.ended(this);
    }
  }

  void end(String reason) {
    if (!closed) {
      close();
      listener.onEnded(reason);
    }
  }

  private void pump() {
    pumpPosted = false;
    if (closed) {
      return;
    }
    feed.pump();
    if (demanded) {
      deliver();
    }
    if (demanded && !closed && !toldCaughtUp && isCaughtUp()) {
      toldCaughtUp = true;
      listener.onCaughtUp();
    }
  }

  private void deliver() {
    if (!cap.isOpen()) {
      return;
    }
    for (Queued next = queue.poll(); next != null; next = queue.poll()) {
      if (next.lane.nextBlockBytes() > 0) { // else forgotten: history was lost
        next.lane.removeHead();
        demanded = false;
        taken = next.mark;
        feed.batchSent();
        listener.onBatch(next.batch);
        return;
      }
    }
  }

  private boolean isCaughtUp() {
    FeedPosition position = feed.position();
    boolean running = feed.state() instanceof FeedState.Running && database.ready();
    if (!running || !position.backfill().isEmpty()) {
      goal = -1;
      return false;
    }
    if (goal < 0) {
      goal = database.version();
    }
    return queue.isEmpty()
        && feed.lane(Lane.LIVE).isDrained()
        && feed.lane(Lane.BACKFILL).isDrained()
        && position.live().after() >= goal;
  }

  /** Has the cursor told again if it moved and no batch said so. */
  private void refreshCursor() {
    if (!closed) {
      feed.refreshCursor(hub.loop().nowNanos());
      hub.loop().schedule(CURSOR_LOOK, this::refreshCursor);
    }
  }

  // What the feed needs.

  @Override
  public void want(Feed wanted) {
    postPump();
  }

  private void postPump() {
    if (!pumpPosted && !closed) {
      pumpPosted = true;
      hub.loop().execute(this::pump);
    }
  }

  @Override
  public boolean hasRoom(LaneQueue lane) {
    return demanded
        && queue.isEmpty()
        && (lane.lane() == Lane.BACKFILL || feed.position().backfill().isEmpty());
  }

  @Override
  public void waitForRoom(Feed waiting) {
    waitsForRoom = true;
  }

  @Override
  public int budgetBytes(LaneQueue lane) {
    int usual =
        switch (lane.lane()) {
          case LIVE -> hub.settings().liveBatchBytes();
          case BACKFILL -> hub.settings().bulkBatchBytes();
        };
    return cap.budgetBytes(Math.min(usual, Integer.highestOneBit(mostRawBytes)));
  }

  @Override
  public int maxValueBytes() {
    return hub.settings().maxValueBytes();
  }

  /** The whole answer is compressed, not each batch. */
  @Override
  public Compression compression() {
    return Compression.NONE;
  }

  @Override
  public int compressionLevel(QosLevel level) {
    return Compression.NONE.defaultLevel();
  }

  /** The cursor told with a batch is the feed's position when it is encoded. */
  @Override
  public boolean readsAhead() {
    return false;
  }

  @Override
  public void enqueue(LaneQueue lane, EncodedBatch encoded, FeedStats.Mark mark) {
    Chunker blocks = new Chunker(encoded, 0, lane.lane(), ++batches, hub.settings().blockBytes());
    lane.add(new LaneQueue.Unsent(blocks, mark));
    queue.add(new Queued(lane, new Taken(encoded, lane.lane(), cursor()), mark));
    postPump();
  }

  @Override
  public BatchWorks works() {
    return hub.works();
  }

  @Override
  public BatchCache batches() {
    return hub.batches();
  }

  HubStatus.SubscriberStatus status() {
    return new HubStatus.SubscriberStatus(
        VisitorCaps.CLIENT_ID,
        name,
        peer.address(),
        peer.secure(),
        "http",
        "",
        0,
        0,
        feed.stats().wireBytes,
        OptionalLong.empty(),
        OptionalLong.empty(),
        cap.caps(),
        null,
        List.of(FeedReport.of(feed, works().loop().nowNanos())));
  }
}
