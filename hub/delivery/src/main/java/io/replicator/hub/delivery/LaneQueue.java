package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.hub.qos.BlockSource;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.EncodedBatch;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one lane of a feed has built and not sent: at most one live batch, at most three of
 * backfill, so that the link never idles.
 *
 * <pre>
 *   reading → encoding (read, its place in the lane is taken) → unsent → sent
 *      1              backfill only, in order                   1 or more
 * </pre>
 */
final class LaneQueue implements BlockSource, Comparable<LaneQueue> {
  /** A batch that is not wholly sent, and what its acknowledgement will mean. */
  record Unsent(Chunker blocks, FeedStats.Mark mark) {
    boolean isUntouched() {
      return blocks.remainingBytes() == blocks.batch().data().length;
    }
  }

  /** A batch that is read and perhaps still to be encoded. */
  static final class Pending {
    private final FeedStats.Mark mark;
    private final List<Round> roundsBefore;
    private @Nullable EncodedBatch encoded;

    Pending(FeedStats.Mark mark, List<Round> roundsBefore) {
      this.mark = mark;
      this.roundsBefore = roundsBefore;
    }

    FeedStats.Mark mark() {
      return mark;
    }

    /** The lane's rounds with this batch still to be sent. */
    List<Round> roundsBefore() {
      return roundsBefore;
    }
  }

  private static final int MAX_LIVE = 1;
  private static final int MAX_BACKFILL = 3;

  private final Lane lane;
  private final Feed feed;
  private final ArrayDeque<Unsent> unsent = new ArrayDeque<>();
  private final ArrayDeque<Pending> encoding = new ArrayDeque<>();

  /** A build is under way, or waits to be tried again. */
  private boolean building;

  /** Raised when everything under way is to be forgotten. */
  private int generation;

  private long lastReadVersion;
  private @Nullable LargeTransfer transfer;
  private BooleanSupplier mayBegin = () -> true;

  LaneQueue(Lane lane, Feed feed) {
    this.lane = lane;
    this.feed = feed;
  }

  Lane lane() {
    return lane;
  }

  Feed feed() {
    return feed;
  }

  /** The first block of a batch is held back while this does not hold (P61). */
  void beginOnlyIf(BooleanSupplier credit) {
    mayBegin = credit;
  }

  /** Who goes first on a connection. */
  @Override
  public int compareTo(LaneQueue other) {
    int levels = feed.level().compareTo(other.feed.level());
    return levels != 0 ? levels : lane.compareTo(other.lane);
  }

  @Override
  public int nextBlockBytes() {
    Unsent head = unsent.peekFirst();
    return head == null || (head.isUntouched() && !mayBegin.getAsBoolean())
        ? 0
        : Math.max(1, head.blocks().nextBlockBytes());
  }

  /** The batch whose block goes next. */
  Unsent head() {
    return unsent.getFirst();
  }

  void removeHead() {
    unsent.removeFirst();
  }

  void add(Unsent batch) {
    unsent.addLast(batch);
  }

  long unsentBytes() {
    long bytes = 0;
    for (Unsent batch : unsent) {
      bytes += batch.blocks().remainingBytes();
    }
    return bytes;
  }

  /** Nothing under way: whatever is sent next goes behind everything of this lane. */
  boolean isDrained() {
    return unsent.isEmpty() && encoding.isEmpty() && !building;
  }

  boolean hasRoom() {
    int most =
        switch (lane) {
          case LIVE -> MAX_LIVE;
          case BACKFILL -> MAX_BACKFILL;
        };
    return !building && unsent.size() + encoding.size() < most;
  }

  /** The build under way has read everything: its place is taken and the next one may begin. */
  Pending beginEncoding(FeedStats.Mark mark, List<Round> roundsBefore) {
    Pending pending = new Pending(mark, roundsBefore);
    encoding.addLast(pending);
    building = false;
    return pending;
  }

  boolean isEncoding(Pending pending) {
    return encoding.contains(pending);
  }

  /** Hands out, in order, what is encoded now. */
  void encoded(
      Pending pending, EncodedBatch batch, BiConsumer<EncodedBatch, FeedStats.Mark> ready) {
    pending.encoded = batch;
    Pending first = encoding.peekFirst();
    while (first != null && first.encoded != null) {
      encoding.removeFirst();
      ready.accept(first.encoded, first.mark);
      first = encoding.peekFirst();
    }
  }

  /** It could not be encoded: what was read after it is forgotten too, and nothing is built. */
  void cutEncodingAt(Pending pending) {
    while (isEncoding(pending)) {
      feed.stats().wasForgotten(encoding.removeLast().mark);
    }
    generation++;
    building = false;
    endTransfer();
  }

  /** Returns what the answer has to show to be listened to. */
  int beginBuild() {
    building = true;
    return generation;
  }

  boolean isCurrent(int buildGeneration) {
    return buildGeneration == generation;
  }

  void endBuild() {
    building = false;
  }

  long lastReadVersion() {
    return lastReadVersion;
  }

  void wasRead(long readVersion) {
    lastReadVersion = readVersion;
  }

  @Nullable LargeTransfer transfer() {
    return transfer;
  }

  void beginTransfer(LargeTransfer newTransfer) {
    transfer = newTransfer;
  }

  void endTransfer() {
    LargeTransfer open = transfer;
    transfer = null;
    if (open != null) {
      open.close();
    }
  }

  /** Forgets what was not begun to be sent; the client waits for the rest of what was. */
  void forget() {
    generation++;
    building = false;
    lastReadVersion = 0;
    endTransfer();
    while (!encoding.isEmpty()) {
      feed.stats().wasForgotten(encoding.removeLast().mark);
    }
    while (!unsent.isEmpty() && unsent.getLast().isUntouched()) {
      feed.stats().wasForgotten(unsent.removeLast().mark());
    }
  }
}
