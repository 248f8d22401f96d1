package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.wire.Frame;

/** What a feed needs of the session it belongs to. */
interface FeedHost {
  /** Calls {@link Feed#pump} soon. */
  void want(Feed feed);

  /** Whether there is room for one more batch of this lane. */
  boolean hasRoom(LaneQueue lane);

  /** Calls {@link Feed#pump} once there may be room again. */
  void waitForRoom(Feed feed);

  /** About how large a batch of this lane should be before compression. */
  int budgetBytes(LaneQueue lane);

  int maxValueBytes();

  Compression compression();

  /** How hard to compress now what goes in this level. */
  int compressionLevel(QosLevel level);

  /** The largest dictionary that the client takes, 0 = none. */
  default int dictionaryBytes() {
    return 0;
  }

  /** Whether the next backfill batch may be read while the last is encoded. */
  boolean readsAhead();

  /** Sends this, in its turn. */
  void enqueue(LaneQueue lane, EncodedBatch encoded, FeedStats.Mark mark);

  /** Sends this at once; only a host whose feeds may reconcile is asked to. */
  default void send(Frame frame) {
    throw new UnsupportedOperationException("no frames but batches here: " + frame);
  }

  /** One more source of frames, which takes its turn among backfill of this level. */
  default void addStream(FrameSource stream, QosLevel level) {
    throw new UnsupportedOperationException("no runs here");
  }

  default void streamReady(FrameSource stream) {}

  default void removeStream(FrameSource stream) {}

  BatchWorks works();

  BatchCache batches();
}
