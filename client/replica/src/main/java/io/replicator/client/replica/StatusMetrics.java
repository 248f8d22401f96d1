package io.replicator.client.replica;

import io.replicator.api.Counted;
import io.replicator.client.receiver.DatagramProgress;
import io.replicator.client.receiver.FeedProgress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A {@link ReplicaStatus} in the Prometheus text format: the catalogue of a client's metrics. */
final class StatusMetrics {

  /** Of the client as a whole. */
  private enum OfClient {
    CONNECTED("gauge", "whether a hub has welcomed this client and the session goes on"),
    READY("gauge", "whether everything was loaded and every target is active"),
    SESSIONS_TOTAL("counter", "sessions that a hub welcomed");

    final String type;
    final String sentence;

    OfClient(String type, String sentence) {
      this.type = type;
      this.sentence = sentence;
    }
  }

  /** Of the session's datagrams. */
  private enum OfDatagrams {
    OPEN("gauge", "whether live changes can come in datagrams"),
    OPENS_TOTAL("counter", "how often datagrams were opened in this session"),
    ARRIVED_TOTAL("counter", "datagrams with changes that came"),
    DUPLICATES_TOTAL("counter", "datagrams that came before"),
    RECOVERED_TOTAL("counter", "datagrams made from parities"),
    STALE_TOTAL("counter", "datagrams that were not wanted any more"),
    REFUSED_TOTAL("counter", "packets that were replayed, forged or broken, at least so many");

    final String type;
    final String sentence;

    OfDatagrams(String type, String sentence) {
      this.type = type;
      this.sentence = sentence;
    }
  }

  /** Of each feed, in the order in which its data travels. */
  private enum OfFeed {
    RECEIVED_BYTES_TOTAL("counter", "block data received"),
    RAW_BYTES_TOTAL("counter", "batch bytes after decompression"),
    BATCHES_TOTAL("counter", "batches that every active target has"),
    LOADED_KEYS_TOTAL("counter", "keys that came by backfill"),
    LIVE_KEYS_TOTAL("counter", "keys that came live"),
    DROPPED_KEYS_TOTAL("counter", "entries older than what the target had, not applied"),
    WAITING_BATCHES("gauge", "batches received and not applied"),
    VERSION("gauge", "version at which the newest applied batch was read"),
    LAG_MILLIS("gauge", "age of the oldest change at the source that is not here, as last heard"),
    CURRENT("gauge", "whether nothing is left to load"),
    VERIFICATIONS_TOTAL("counter", "comparisons with the hub that ended"),
    SINCE_VERIFIED_SECONDS("gauge", "since the last of them; -1 = there was none"),
    LAST_DIFFERENCES("gauge", "keys that it found to differ and nothing has mended since"),
    DRIFT_FOUND_TOTAL("counter", "keys that comparisons found to differ"),
    REPAIRED_TOTAL("counter", "keys mended because of that");

    final String type;
    final String sentence;

    OfFeed(String type, String sentence) {
      this.type = type;
      this.sentence = sentence;
    }
  }

  private final StringBuilder text = new StringBuilder();

  private StatusMetrics() {}

  static String of(ReplicaStatus status) {
    StatusMetrics metrics = new StatusMetrics();
    for (OfClient metric : OfClient.values()) {
      metrics.head("replicator_client_" + metric.name(), metric.type, metric.sentence);
      metrics.line("replicator_client_" + metric.name(), "", value(metric, status));
    }
    DatagramProgress datagrams = status.datagrams();
    if (datagrams != null && datagrams.wanted()) {
      for (OfDatagrams metric : OfDatagrams.values()) {
        metrics.head("replicator_client_datagrams_" + metric.name(), metric.type, metric.sentence);
        metrics.line("replicator_client_datagrams_" + metric.name(), "", value(metric, datagrams));
      }
    }
    for (OfFeed metric : OfFeed.values()) {
      String name = "replicator_client_feed_" + metric.name();
      metrics.head(name, metric.type, metric.sentence);
      for (ReplicaStatus.FeedStatus feed : status.feeds()) {
        metrics.line(name, label("feed", feed.feed().name()), value(metric, feed));
      }
    }
    metrics.targets(status);
    return metrics.text.toString();
  }

  private void targets(ReplicaStatus status) {
    head("replicator_client_target_active", "gauge", "whether the target takes part");
    for (ReplicaStatus.TargetStatus target : status.targets()) {
      long active = target.state().equals("active") ? 1 : 0;
      line("replicator_client_target_active", label("target", target.name()), active);
    }
    head("replicator_client_target_failures_total", "counter", "how often the target failed");
    for (ReplicaStatus.TargetStatus target : status.targets()) {
      line(
          "replicator_client_target_failures_total",
          label("target", target.name()),
          target.failures());
    }
    counted(status);
  }

  /** Targets of one kind count the same; each metric stands once with a line for each. */
  private void counted(ReplicaStatus status) {
    Map<String, Counted> kinds = new LinkedHashMap<>();
    for (ReplicaStatus.TargetStatus target : status.targets()) {
      target.counted().forEach(counted -> kinds.putIfAbsent(counted.name(), counted));
    }
    for (Counted kind : kinds.values()) {
      String name = "replicator_client_target_" + kind.name() + "_total";
      head(name, "counter", kind.sentence());
      for (ReplicaStatus.TargetStatus target : status.targets()) {
        for (Counted counted : target.counted()) {
          if (counted.name().equals(kind.name())) {
            line(name, label("target", target.name()), counted.value());
          }
        }
      }
    }
  }

  private static long value(OfClient metric, ReplicaStatus status) {
    return switch (metric) {
      case CONNECTED -> status.codec().isEmpty() ? 0 : 1;
      case READY -> status.isReady() ? 1 : 0;
      case SESSIONS_TOTAL -> status.sessions();
    };
  }

  private static long value(OfDatagrams metric, DatagramProgress datagrams) {
    return switch (metric) {
      case OPEN -> datagrams.open() ? 1 : 0;
      case OPENS_TOTAL -> datagrams.opens();
      case ARRIVED_TOTAL -> datagrams.arrived();
      case DUPLICATES_TOTAL -> datagrams.duplicates();
      case RECOVERED_TOTAL -> datagrams.recovered();
      case STALE_TOTAL -> datagrams.stale();
      case REFUSED_TOTAL -> datagrams.refused();
    };
  }

  private static long value(OfFeed metric, ReplicaStatus.FeedStatus feed) {
    FeedProgress progress = feed.progress();
    return switch (metric) {
      case RECEIVED_BYTES_TOTAL -> feed.total().receivedBytes();
      case RAW_BYTES_TOTAL -> feed.total().rawBytes();
      case BATCHES_TOTAL -> feed.total().batches();
      case LOADED_KEYS_TOTAL -> feed.total().loadedKeys();
      case LIVE_KEYS_TOTAL -> feed.total().liveKeys();
      case DROPPED_KEYS_TOTAL -> feed.total().droppedKeys();
      case WAITING_BATCHES -> progress == null ? 0 : progress.waitingBatches();
      case VERSION -> progress == null ? 0 : progress.readVersion();
      case LAG_MILLIS -> progress == null ? 0 : progress.lagMillis().orElse(0);
      case CURRENT -> feed.current() ? 1 : 0;
      case VERIFICATIONS_TOTAL -> feed.checks().verifications();
      case SINCE_VERIFIED_SECONDS -> sinceVerifiedSeconds(feed.checks());
      case LAST_DIFFERENCES -> feed.checks().lastDifferences();
      case DRIFT_FOUND_TOTAL -> feed.checks().driftFound();
      case REPAIRED_TOTAL -> feed.checks().repaired();
    };
  }

  private static long sinceVerifiedSeconds(ReplicaStatus.CheckStatus checks) {
    OptionalLong nanos = checks.sinceVerifiedNanos();
    return nanos.isPresent() ? TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong()) : -1;
  }

  private static String label(String name, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return "{" + name + "=\"" + escaped + "\"}";
  }

  private void head(String name, String type, String sentence) {
    String lower = name.toLowerCase(Locale.ROOT);
    text.append("# HELP ").append(lower).append(' ').append(sentence).append('\n');
    text.append("# TYPE ").append(lower).append(' ').append(type).append('\n');
  }

  private void line(String name, String labels, long value) {
    text.append(name.toLowerCase(Locale.ROOT)).append(labels);
    text.append(' ').append(value).append('\n');
  }
}
