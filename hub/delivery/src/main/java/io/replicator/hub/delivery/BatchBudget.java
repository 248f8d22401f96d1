package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.hub.qos.RateCaps;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.transport.Connection;
import java.util.OptionalLong;

/**
 * How much goes into a subscriber's next batch: what its link, its sink and its caps let through in
 * a quarter of a second, so that what changes meanwhile is merged and not queued. Confined to the
 * loop.
 */
final class BatchBudget {
  /** What there is of a fast link is a quarter of a second of it. */
  private static final int PARTS_OF_SECOND = 4;

  private final DeliverySettings settings;
  private final Connection connection;
  private final RateCaps caps;
  private final Outbox outbox;

  private long maxBatchBytes = DeliverySettings.MAX_BATCH_BYTES;
  private double compressionRatio = 2;

  BatchBudget(DeliverySettings settings, Connection connection, RateCaps caps, Outbox outbox) {
    this.settings = settings;
    this.connection = connection;
    this.caps = caps;
    this.outbox = outbox;
  }

  /** The client holds no larger batches. */
  void limitTo(long batchBytes) {
    maxBatchBytes = batchBytes;
  }

  /** Raw bytes of the next batch. */
  int bytes(LaneQueue lane) {
    OptionalLong rate = rate(lane.feed().level(), connection.stats());
    int most = mostBatchBytes();
    if (rate.isEmpty()) {
      int first =
          switch (lane.lane()) {
            case LIVE -> settings.liveBatchBytes();
            case BACKFILL -> settings.bulkBatchBytes();
          };
      return Math.min(first, most);
    }
    double wish = rate.getAsLong() / (double) PARTS_OF_SECOND * compressionRatio;
    int bounded = Math.clamp((long) wish, DeliverySettings.MIN_BATCH_BYTES, most);
    // Powers of two: so that subscribers with similar links get the same batches.
    return Integer.highestOneBit(bounded);
  }

  /** One batch is not more than the window: a client holds that and one of each lane (P61). */
  private int mostBatchBytes() {
    long most = Math.min(DeliverySettings.MAX_BATCH_BYTES, maxBatchBytes / 2);
    long window = (long) (outbox.windowBytes() * compressionRatio);
    return (int) Math.min(most, Math.max(DeliverySettings.MIN_BATCH_BYTES, window));
  }

  /** A larger value goes in slices. */
  int maxValueBytes() {
    return (int) Math.min(settings.maxValueBytes(), maxBatchBytes / 4);
  }

  /** Bytes a second that a level may hope for: of link and client, but not more than its cap. */
  private OptionalLong rate(QosLevel level, Connection.Stats stats) {
    OptionalLong link = outbox.slower(stats.bytesPerSecond());
    long cap = caps.caps().least(level);
    return cap == 0 ? link : OptionalLong.of(Math.min(cap, link.orElse(cap)));
  }

  /** The link's rate for which a batch of this level is compressed. */
  OptionalLong compressedFor(QosLevel level) {
    Connection.Stats stats = connection.stats();
    return CompressionLevels.rate(rate(level, stats), stats.leastRttNanos(), stats.sentBytes());
  }

  /** Learns what batches of this subscriber compress to. */
  void wasEncoded(EncodedBatch encoded) {
    if (encoded.data().length > 0 && encoded.entries() > 0) {
      double ratio = encoded.rawBytes() / (double) encoded.data().length;
      compressionRatio += (ratio - compressionRatio) / 8;
    }
  }
}
