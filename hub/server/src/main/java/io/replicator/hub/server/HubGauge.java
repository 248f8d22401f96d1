package io.replicator.hub.server;

import io.replicator.hub.delivery.HubStatus.DatabaseStatus;
import io.replicator.hub.delivery.HubStatus.FeedStatus;
import io.replicator.hub.delivery.HubStatus.SubscriberStatus;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The catalogues of what is measured per database, subscriber and feed, by step. */
final class HubGauge {
  private HubGauge() {}

  /** A measure of one database. */
  enum OfDatabase {
    // source
    SOURCE_CONNECTED("1 if hints arrive now.", d -> d.source().connected() ? 1 : 0),
    SOURCE_HINTS("Keys told to have changed, since the start.", d -> d.source().hints()),
    SOURCE_SCANS("Scans of the database, since the start.", d -> d.source().scans()),
    SOURCE_READS("Keys read, since the start.", d -> d.source().reads()),
    SOURCE_READ_BYTES("Bytes of values read, since the start.", d -> d.source().readBytes()),

    // index
    DATABASE_READY("1 if the first scan is complete.", d -> d.ready() ? 1 : 0),
    DATABASE_VERSION("Version of the newest change.", DatabaseStatus::version),
    DATABASE_HORIZON("Cursors before this version start again.", DatabaseStatus::horizon),
    DATABASE_KEYS("Keys in the change index.", DatabaseStatus::keys),
    DATABASE_INDEX_BYTES("Memory of the change index.", DatabaseStatus::indexBytes),
    DATABASE_PENDING_KEYS("Keys told and not yet in the index.", DatabaseStatus::pendingKeys);

    final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    final ToDoubleFunction<DatabaseStatus> value;

    OfDatabase(String sentence, ToDoubleFunction<DatabaseStatus> value) {
      this.sentence = sentence;
      this.value = value;
    }
  }

  /** A measure of one connection. */
  enum OfSubscriber {
    SUBSCRIBER_UNACKED_BYTES("Bytes sent and not acknowledged.", SubscriberStatus::unackedBytes),
    SUBSCRIBER_WINDOW_BYTES("Most of them the client allows.", SubscriberStatus::windowBytes),
    SUBSCRIBER_SENT_BYTES("Bytes sent on this connection.", SubscriberStatus::sentBytes),
    SUBSCRIBER_RTT_SECONDS(
        "Smoothed round-trip time; NaN = not known.",
        s -> s.rttNanos().isPresent() ? s.rttNanos().getAsLong() / 1e9 : Double.NaN),
    SUBSCRIBER_BYTES_PER_SECOND(
        "Measured delivery rate; NaN = not known.",
        s -> s.bytesPerSecond().isPresent() ? s.bytesPerSecond().getAsLong() : Double.NaN);

    final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    final ToDoubleFunction<SubscriberStatus> value;

    OfSubscriber(String sentence, ToDoubleFunction<SubscriberStatus> value) {
      this.sentence = sentence;
      this.value = value;
    }
  }

  /** A measure of one feed. */
  enum OfFeed {
    FEED_LAG_VERSIONS("Versions this feed has not passed.", FeedStatus::lagVersions),
    FEED_LAG_SECONDS("Age of the oldest change it has not passed.", FeedStatus::lagSeconds),
    FEED_CHANGES("Versions passed: changes before merging.", FeedStatus::changes),
    FEED_KEYS_SENT("Entries of the batches built for it.", FeedStatus::keysSent),
    FEED_BATCHES_SENT("Batches built for it.", FeedStatus::batchesSent),
    FEED_RAW_BYTES("Estimated bytes of all changes without merging.", FeedStatus::rawBytes),
    FEED_MERGED_BYTES("Bytes of its encoded batches.", FeedStatus::mergedBytes),
    FEED_COMPRESSED_BYTES("Bytes of the same after compression.", FeedStatus::compressedBytes),
    FEED_WIRE_BYTES("Bytes of the frames sent for it.", FeedStatus::wireBytes),
    FEED_PROGRESS_SLOTS("Slots swept of the backfill under way.", FeedStatus::progressSlots),
    FEED_PROGRESS_OF_SLOTS("Slots of the backfill under way.", FeedStatus::progressOfSlots),
    FEED_SINCE_VERIFIED_SECONDS(
        "Since its copy was last compared with the source on this connection; NaN = never.",
        f -> f.checks().sinceVerifiedSeconds().orElse(Double.NaN)),
    FEED_VERIFICATIONS("Comparisons of its copy that ended.", f -> f.checks().verifications()),
    FEED_LAST_DIFFERENCES(
        "Keys that the last comparison found to differ and nothing has mended since.",
        f -> f.checks().lastDifferences()),
    FEED_DRIFT_FOUND("Keys that comparisons found to differ.", f -> f.checks().driftFound()),
    FEED_REPAIRED("Keys mended because of that.", f -> f.checks().repaired());

    final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    final ToDoubleFunction<FeedStatus> value;

    OfFeed(String sentence, ToDoubleFunction<FeedStatus> value) {
      this.sentence = sentence;
      this.value = value;
    }
  }

  /** The name in Prometheus. */
  static String metricName(Enum<?> metric) {
    return "replicator_" + metric.name().toLowerCase(Locale.ROOT);
  }
}
