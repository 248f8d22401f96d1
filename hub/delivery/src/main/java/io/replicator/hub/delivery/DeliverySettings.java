package io.replicator.hub.delivery;

import io.replicator.hub.index.IndexSettings;
import io.replicator.hub.qos.QosShares;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.Compression;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a hub delivers.
 *
 * @param hubId name of this hub in Welcome, for status and logs
 * @param blockBytes data of a block where the client wishes nothing else, 64 to 65,536
 * @param compressions what batches may be compressed with
 * @param compressionLevel empty = the default of the compression; used where its range has it
 * @param keepAlive a side silent for this long is pinged, for three times this long is dead
 * @param helloTimeout how long a new connection may be silent
 * @param maxSubscribers most connections at a time
 * @param liveBatchBytes raw size of a live batch while the rate of the link is not known
 * @param bulkBatchBytes the same for a backfill batch
 * @param maxValueBytes a larger value travels in parts
 * @param listLimit most slots of a live round; more are folded into backfill
 * @param aheadLimit most entries that go ahead of one backfill batch
 * @param shareFor how long a finished batch is kept for others at the same place
 * @param cursorRefresh how long a stored cursor may lag behind when nothing in the feed changes
 * @param shares minimum shares of the levels of a connection
 * @param caps the most bytes per second that a subscriber is given, until they are changed
 * @param reconcile how copies are compared with what the hub has
 * @param maxTombstones deleted keys that are remembered in a database; a cursor that needs older
 *     ones is worth nothing
 */
public record DeliverySettings(
    String hubId,
    int blockBytes,
    List<Compression> compressions,
    OptionalInt compressionLevel,
    Duration keepAlive,
    Duration helloTimeout,
    int maxSubscribers,
    int liveBatchBytes,
    int bulkBatchBytes,
    int maxValueBytes,
    int listLimit,
    int aheadLimit,
    Duration shareFor,
    Duration cursorRefresh,
    QosShares shares,
    CapRules caps,
    ReconcileSettings reconcile,
    int maxTombstones) {
  public static final int MIN_BATCH_BYTES = 16 * 1024;
  public static final int MAX_BATCH_BYTES = 1024 * 1024;

  public DeliverySettings {
    compressions = List.copyOf(compressions);
    require(!compressions.isEmpty(), "compressions", compressions, "at least one");
    requireRange("blockBytes", blockBytes, Chunker.MIN_BLOCK_BYTES, Chunker.MAX_BLOCK_BYTES);
    requireRange("maxSubscribers", maxSubscribers, 1, 1_000_000);
    requireRange("liveBatchBytes", liveBatchBytes, MIN_BATCH_BYTES, MAX_BATCH_BYTES);
    requireRange("bulkBatchBytes", bulkBatchBytes, MIN_BATCH_BYTES, MAX_BATCH_BYTES);
    requireRange("maxValueBytes", maxValueBytes, 1024, MAX_BATCH_BYTES);
    requireRange("listLimit", listLimit, 1, 1 << 20);
    requireRange("aheadLimit", aheadLimit, 1, 262_144);
    requireRange("maxTombstones", maxTombstones, 0, 1 << 30);
    requirePositive("keepAlive", keepAlive);
    requirePositive("helloTimeout", helloTimeout);
    requirePositive("cursorRefresh", cursorRefresh);
    require(!shareFor.isNegative(), "shareFor", shareFor, "0 or more");
  }

  public static DeliverySettings defaults(String hubId) {
    return new DeliverySettings(
        hubId,
        Chunker.DEFAULT_BLOCK_BYTES,
        List.of(Compression.values()),
        OptionalInt.empty(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        4096,
        64 * 1024,
        512 * 1024,
        256 * 1024,
        65_536,
        262_144,
        Duration.ofMillis(5),
        Duration.ofSeconds(30),
        QosShares.DEFAULT,
        CapRules.NONE,
        ReconcileSettings.DEFAULTS,
        IndexSettings.DEFAULT_MAX_TOMBSTONES);
  }

  /** These, with what is set on it being different. */
  public Builder change() {
    return new Builder(this);
  }

  private static void requireRange(String name, int value, int min, int max) {
    require(value >= min && value <= max, name, value, min + " to " + max);
  }

  private static void requirePositive(String name, Duration value) {
    require(value.isPositive(), name, value, "more than 0");
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ": " + expected + " expected");
    }
  }

  /** Settings being changed; they are checked when they are built. */
  public static final class Builder {
    private final DeliverySettings from;
    private int blockBytes;
    private List<Compression> compressions;
    private Duration keepAlive;
    private int liveBatchBytes;
    private int bulkBatchBytes;
    private int maxValueBytes;
    private int listLimit;
    private int aheadLimit;
    private Duration shareFor;
    private Duration cursorRefresh;
    private QosShares shares;
    private CapRules caps;
    private ReconcileSettings reconcile;
    private int maxTombstones;

    private Builder(DeliverySettings from) {
      this.from = from;
      this.blockBytes = from.blockBytes;
      this.compressions = from.compressions;
      this.keepAlive = from.keepAlive;
      this.liveBatchBytes = from.liveBatchBytes;
      this.bulkBatchBytes = from.bulkBatchBytes;
      this.maxValueBytes = from.maxValueBytes;
      this.listLimit = from.listLimit;
      this.aheadLimit = from.aheadLimit;
      this.shareFor = from.shareFor;
      this.cursorRefresh = from.cursorRefresh;
      this.shares = from.shares;
      this.caps = from.caps;
      this.reconcile = from.reconcile;
      this.maxTombstones = from.maxTombstones;
    }

    public Builder blockBytes(int value) {
      blockBytes = value;
      return this;
    }

    public Builder compressions(List<Compression> value) {
      compressions = value;
      return this;
    }

    public Builder keepAlive(Duration value) {
      keepAlive = value;
      return this;
    }

    public Builder liveBatchBytes(int value) {
      liveBatchBytes = value;
      return this;
    }

    public Builder bulkBatchBytes(int value) {
      bulkBatchBytes = value;
      return this;
    }

    public Builder maxValueBytes(int value) {
      maxValueBytes = value;
      return this;
    }

    public Builder listLimit(int value) {
      listLimit = value;
      return this;
    }

    public Builder aheadLimit(int value) {
      aheadLimit = value;
      return this;
    }

    public Builder shareFor(Duration value) {
      shareFor = value;
      return this;
    }

    public Builder cursorRefresh(Duration value) {
      cursorRefresh = value;
      return this;
    }

    public Builder shares(QosShares value) {
      shares = value;
      return this;
    }

    public Builder caps(CapRules value) {
      caps = value;
      return this;
    }

    public Builder reconcile(ReconcileSettings value) {
      reconcile = value;
      return this;
    }

    public Builder maxTombstones(int value) {
      maxTombstones = value;
      return this;
    }

    public DeliverySettings build() {
      return new DeliverySettings(
          from.hubId,
          blockBytes,
          compressions,
          from.compressionLevel,
          keepAlive,
          from.helloTimeout,
          from.maxSubscribers,
          liveBatchBytes,
          bulkBatchBytes,
          maxValueBytes,
          listLimit,
          aheadLimit,
          shareFor,
          cursorRefresh,
          shares,
          caps,
          reconcile,
          maxTombstones);
    }
  }
}
