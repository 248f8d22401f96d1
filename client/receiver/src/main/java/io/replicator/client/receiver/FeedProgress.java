package io.replicator.client.receiver;

import io.replicator.api.FeedId;
import io.replicator.api.QosLevel;
import java.util.OptionalLong;

/**
 * How far a feed is, for status, metrics and the progress bar. Figures are of this session.
 *
 * @param level as granted
 * @param loading whether a backfill is under way, as far as the client can know
 * @param snapshot whether it is a snapshot
 * @param reason why a snapshot, as the hub says it, "" = none
 * @param expectedKeys about how many keys the hub said were to come
 * @param loadedKeys keys received by backfill
 * @param liveKeys keys received live
 * @param droppedKeys entries that were older than what was there (I3)
 * @param receivedBytes block data
 * @param rawBytes after decompression
 * @param appliedBatches batches that every active target has
 * @param waitingBatches batches received and not applied
 * @param readVersion the newest version a batch applied was read at
 * @param sinceAppliedNanos time since the last batch was applied, empty = none yet
 * @param keysPerSecond rate of the backfill, 0 = not known yet
 * @param remainingSeconds of the backfill, empty = not known
 * @param lagMillis age of the oldest change at the source that is not here, empty = not known yet
 */
public record FeedProgress(
    FeedId feed,
    QosLevel level,
    boolean versioned,
    boolean loading,
    boolean snapshot,
    String reason,
    long expectedKeys,
    long loadedKeys,
    long liveKeys,
    long droppedKeys,
    long receivedBytes,
    long rawBytes,
    long appliedBatches,
    int waitingBatches,
    long readVersion,
    OptionalLong sinceAppliedNanos,
    long keysPerSecond,
    OptionalLong remainingSeconds,
    OptionalLong lagMillis) {}
