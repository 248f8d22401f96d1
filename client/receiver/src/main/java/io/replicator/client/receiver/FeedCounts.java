package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.link.codec.CompressedBatch;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.FeedGrant;
import java.util.OptionalLong;

/** What a feed has brought in this session, counted. Confined to the loop. */
final class FeedCounts {
  private final FeedPlan plan;
  private final FeedGrant grant;
  private final LoadRate rate;
  private final LagClock lag = new LagClock();

  /** Of the load: told at the welcome, and again when it is opened. */
  private long expectedKeys;

  private long loadedKeys;
  private long liveKeys;
  private long droppedKeys;
  private long receivedBytes;
  private long rawBytes;
  private long appliedBatches;
  private long readVersion;
  private long appliedNanos = -1;

  FeedCounts(FeedPlan plan, FeedGrant grant, long nowNanos) {
    this.plan = plan;
    this.grant = grant;
    this.expectedKeys = grant.getKeys();
    this.rate = new LoadRate(nowNanos);
  }

  LagClock lag() {
    return lag;
  }

  /** Of blocks, or of a run. */
  void received(int bytes) {
    receivedBytes += bytes;
  }

  void received(CompressedBatch batch) {
    if (batch.loadKeys() > 0) {
      expectedKeys = batch.loadKeys();
    }
  }

  void received(DatagramBatch datagram) {
    receivedBytes += datagram.getData().size();
    rawBytes += datagram.getRawBytes();
  }

  /** Keys that came too late: something newer was there. */
  void dropped(int keys) {
    droppedKeys += keys;
  }

  void applied(Batch batch, int rawBytesOfIt, long nowNanos) {
    int keys = batch.changes().size();
    appliedBatches++;
    rawBytes += rawBytesOfIt;
    switch (batch.lane()) {
      case LIVE -> applied(keys, batch.readVersion(), nowNanos);
      case BACKFILL -> {
        applied(0, batch.readVersion(), nowNanos);
        loadedKeys += keys;
        rate.add(keys, nowNanos);
      }
    }
  }

  /** Changes of the live lane, by a batch or by datagrams. */
  void applied(int changes, long version, long nowNanos) {
    liveKeys += changes;
    readVersion = Math.max(readVersion, version);
    appliedNanos = nowNanos;
  }

  FeedProgress progress(
      boolean backfilling, boolean snapshot, long stale, int waiting, long nowNanos) {
    return new FeedProgress(
        plan.id(),
        LevelCode.fromWire(grant.getLevel()),
        grant.getVersioned(),
        backfilling,
        snapshot,
        grant.getReason(),
        expectedKeys,
        loadedKeys,
        liveKeys,
        droppedKeys + stale,
        receivedBytes,
        rawBytes,
        appliedBatches,
        waiting,
        readVersion,
        appliedNanos < 0 ? OptionalLong.empty() : OptionalLong.of(nowNanos - appliedNanos),
        rate.perSecond(nowNanos),
        backfilling ? rate.remainingSeconds(expectedKeys, nowNanos) : OptionalLong.empty(),
        lag.millis(nowNanos));
  }
}
