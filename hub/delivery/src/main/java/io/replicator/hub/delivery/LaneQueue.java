package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.hub.qos.BlockSource;
import io.replicator.link.codec.Chunker;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one lane of a feed has built and not sent: at most one live batch, at most two of backfill
 * (one being sent, one made ready, so that the link never idles).
 */
final class LaneQueue implements BlockSource {
  /** A batch that is not wholly sent, and what its acknowledgement will mean. */
  record Unsent(Chunker blocks, FeedStats.Mark mark) {
    boolean isUntouched() {
      return blocks.remainingBytes() == blocks.batch().data().length;
    }
  }

  private final Lane lane;
  private final Feed feed;
  private final ArrayDeque<Unsent> unsent = new ArrayDeque<>();

  /** A build is under way, or waits to be tried again. */
  private boolean building;

  /** Raised when everything under way is to be forgotten. */
  private int generation;

  private long lastReadVersion;
  private @Nullable LargeTransfer transfer;

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

  @Override
  public int nextBlockBytes() {
    Unsent head = unsent.peekFirst();
    return head == null ? 0 : Math.max(1, head.blocks().nextBlockBytes());
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
    return unsent.isEmpty() && !building;
  }

  boolean hasRoom() {
    return !building
        && unsent.size()
            < switch (lane) {
              case LIVE -> 1;
              case BACKFILL -> 2;
            };
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
    while (!unsent.isEmpty() && unsent.getLast().isUntouched()) {
      feed.stats().wasForgotten(unsent.removeLast().mark());
    }
  }
}
