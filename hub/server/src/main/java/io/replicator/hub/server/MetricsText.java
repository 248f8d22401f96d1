package io.replicator.hub.server;

import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.hub.delivery.HubStatus.DatabaseStatus;
import io.replicator.hub.delivery.HubStatus.FeedStatus;
import io.replicator.hub.delivery.HubStatus.SubscriberStatus;
import java.util.Locale;

/** The status of a hub in the Prometheus text format 0.0.4. */
final class MetricsText {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder out = new StringBuilder();

  private MetricsText() {}

  /**
   * @param turnedAway connections that ended before they were ready, as TCP counts them
   * @param heapBytes used heap of the process
   */
  static String of(HubStatus status, long turnedAway, long heapBytes) {
    MetricsText text = new MetricsText();
    text.databases(status);
    text.counters(status);
    text.subscribers(status);
    text.feeds(status);
    text.head(
        "replicator_connections_turned_away_total",
        "counter",
        "Connections that ended before they were ready or found no room.");
    text.sample("replicator_connections_turned_away_total", "", (double) turnedAway);
    text.head("replicator_heap_bytes", "gauge", "Used heap of the process.");
    text.sample("replicator_heap_bytes", "", (double) heapBytes);
    return text.out.toString();
  }

  private void databases(HubStatus status) {
    for (HubGauge.OfDatabase gauge : HubGauge.OfDatabase.values()) {
      head(HubGauge.metricName(gauge), "gauge", gauge.sentence);
      for (DatabaseStatus database : status.databases()) {
        sample(
            HubGauge.metricName(gauge),
            "{database=\"" + database.database() + "\"}",
            gauge.value.applyAsDouble(database));
      }
    }
  }

  private void counters(HubStatus status) {
    for (DeliveryCounter counter : DeliveryCounter.values()) {
      String name = HubGauge.metricName(counter) + "_total";
      head(name, "counter", counter.sentence());
      sample(name, "", status.counters().getOrDefault(counter, 0L));
    }
  }

  private void subscribers(HubStatus status) {
    head("replicator_subscribers", "gauge", "Connections now.");
    sample("replicator_subscribers", "", status.subscribers().size());
    for (HubGauge.OfSubscriber gauge : HubGauge.OfSubscriber.values()) {
      head(HubGauge.metricName(gauge), "gauge", gauge.sentence);
      for (SubscriberStatus subscriber : status.subscribers()) {
        sample(
            HubGauge.metricName(gauge),
            "{" + labels(subscriber) + "}",
            gauge.value.applyAsDouble(subscriber));
      }
    }
  }

  private void feeds(HubStatus status) {
    for (HubGauge.OfFeed gauge : HubGauge.OfFeed.values()) {
      head(HubGauge.metricName(gauge), "gauge", gauge.sentence);
      for (SubscriberStatus subscriber : status.subscribers()) {
        for (FeedStatus feed : subscriber.feeds()) {
          sample(
              HubGauge.metricName(gauge),
              "{" + labels(subscriber) + "," + labels(feed) + "}",
              gauge.value.applyAsDouble(feed));
        }
      }
    }
  }

  private static String labels(SubscriberStatus subscriber) {
    return label("client", subscriber.clientId()) + "," + label("address", subscriber.address());
  }

  private static String labels(FeedStatus feed) {
    return label("feed", Integer.toString(feed.feed()))
        + ","
        + label("database", Integer.toString(feed.database()))
        + ","
        + label("collection", feed.collection())
        + ","
        + label("level", feed.level().name().toLowerCase(Locale.ROOT));
  }

  private static String label(String name, String value) {
    return name
        + "=\""
        + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")
        + "\"";
  }

  private void head(String name, String type, String sentence) {
    out.append("# HELP ").append(name).append(' ').append(sentence).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void sample(String name, String labels, double value) {
    out.append(name).append(labels).append(' ');
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.append((long) value);
    } else {
      out.append(value);
    }
    out.append('\n');
  }
}
