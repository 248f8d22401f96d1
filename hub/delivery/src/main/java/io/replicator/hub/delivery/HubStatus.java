package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.api.Source.SourceStatus;
import io.replicator.hub.qos.QosCaps;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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
   * @param caps the most that it is sent
   * @param datagrams null = it wants none, or this hub takes none
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
      QosCaps caps,
      @Nullable DatagramStatus datagrams,
      List<FeedStatus> feeds) {
    public SubscriberStatus {
      feeds = List.copyOf(feeds);
    }
  }

  /**
   * The datagrams of one connection.
   *
   * @param up whether live changes can go this way now
   * @param address where they go
   * @param lost not acknowledged in time
   * @param late taken for lost, and had arrived
   * @param repaired entries sent again with their newest value
   * @param fallbacks how often live changes went back to blocks
   * @param rttNanos from a datagram to its acknowledgement
   * @param windowBytes so much may be on its way at a time
   * @param beside somebody else keeps a queue on the line: datagrams take a part of it
   */
  public record DatagramStatus(
      boolean up,
      String address,
      long sent,
      long lost,
      long late,
      long repaired,
      long fallbacks,
      long rttNanos,
      long windowBytes,
      boolean beside) {}

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
   * @param checks what comparing the copy with the source has shown
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
      long progressOfSlots,
      CheckStatus checks) {}

  /**
   * What comparing one feed's copy has shown on this connection.
   *
   * @param sinceVerifiedSeconds since a comparison ended last, empty = none did
   * @param verifications comparisons that ended
   * @param lastDifferences keys that the last one found to differ and nothing has mended since
   * @param driftFound keys that all of them found to differ
   * @param repaired keys mended because of that
   */
  public record CheckStatus(
      OptionalDouble sinceVerifiedSeconds,
      long verifications,
      long lastDifferences,
      long driftFound,
      long repaired) {}
}
