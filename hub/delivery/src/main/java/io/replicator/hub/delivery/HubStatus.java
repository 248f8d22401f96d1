package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.api.Source.SourceStatus;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What a hub looks like at one moment; immutable, may leave the loop. */
public record HubStatus(
    String hubId,
    boolean draining,
    List<DatabaseStatus> databases,
    List<SubscriberStatus> subscribers,
    Map<DeliveryCounter, Long> counters) {
  public HubStatus {
    databases = List.copyOf(databases);
    subscribers = List.copyOf(subscribers);
    counters = Map.copyOf(counters);
  }

  /**
   * One database.
   *
   * @param ready whether its first scan is complete, so that feeds run
   * @param horizon cursors before it cannot be resumed
   * @param pendingKeys told by the source and not yet in the index
   */
  public record DatabaseStatus(
      int database,
      boolean versioned,
      boolean ready,
      long epoch,
      long version,
      long horizon,
      int keys,
      long indexBytes,
      int pendingKeys,
      SourceStatus source) {}

  /**
   * One connection.
   *
   * @param state "awaiting hello", "streaming", "closing"
   * @param name who it is by the access rules
   * @param codec what its batches are compressed with, "" before Welcome
   */
  public record SubscriberStatus(
      String clientId,
      String name,
      String address,
      boolean secure,
      String state,
      String codec,
      long unackedBytes,
      long windowBytes,
      long sentBytes,
      OptionalLong rttNanos,
      OptionalLong bytesPerSecond,
      List<FeedStatus> feeds) {
    public SubscriberStatus {
      feeds = List.copyOf(feeds);
    }
  }

  /**
   * One feed.
   *
   * @param state "waiting for the source", "snapshot", "catching up", "live", "held back"
   * @param round the rounds under way, for people
   * @param lagVersions versions of the database that this feed has not passed
   * @param lagSeconds age of the oldest of them
   * @param changes versions passed: what would have been sent without merging
   * @param keysSent entries of the batches built for it
   * @param rawBytes estimate of the bytes of all changes without merging, as Batch entries
   * @param mergedBytes of the encoded batches
   * @param compressedBytes of the same after compression
   * @param wireBytes of the frames sent for it
   * @param progressSlots slots swept of the backfill round under way
   * @param progressOfSlots slots to be swept of it, 0 = there is none
   */
  public record FeedStatus(
      int feed,
      int database,
      String collection,
      QosLevel level,
      String state,
      String round,
      long lagVersions,
      double lagSeconds,
      long changes,
      long keysSent,
      long batchesSent,
      long rawBytes,
      long mergedBytes,
      long compressedBytes,
      long wireBytes,
      long progressSlots,
      long progressOfSlots) {}
}
