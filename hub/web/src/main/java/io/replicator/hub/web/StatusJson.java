package io.replicator.hub.web;

import io.replicator.api.QosLevel;
import io.replicator.api.Source.SourceStatus;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.hub.delivery.HubStatus.CheckStatus;
import io.replicator.hub.delivery.HubStatus.DatabaseStatus;
import io.replicator.hub.delivery.HubStatus.DatagramStatus;
import io.replicator.hub.delivery.HubStatus.FeedStatus;
import io.replicator.hub.delivery.HubStatus.SubscriberStatus;
import io.replicator.hub.qos.QosCaps;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The status of a hub as JSON; the names are those of the records in {@link HubStatus}. */
public final class StatusJson {
  private StatusJson() {}

  public static String of(HubStatus status) {
    return JsonText.of(map(status));
  }

  /** The document as it may be added to. */
  static Map<String, Object> map(HubStatus status) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("hubId", status.hubId());
    root.put("draining", status.draining());
    root.put("databases", status.databases().stream().map(StatusJson::database).toList());
    root.put("subscribers", status.subscribers().stream().map(StatusJson::subscriber).toList());
    Map<String, Object> counters = new LinkedHashMap<>();
    status.counters().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> counters.put(lower(entry.getKey().name()), entry.getValue()));
    root.put("counters", counters);
    return root;
  }

  static Map<String, Object> database(DatabaseStatus database) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("database", database.database());
    json.put("versioned", database.versioned());
    json.put("ready", database.ready());
    json.put("epoch", Long.toHexString(database.epoch()));
    json.put("version", database.version());
    json.put("horizon", database.horizon());
    json.put("keys", database.keys());
    json.put("indexBytes", database.indexBytes());
    json.put("pendingKeys", database.pendingKeys());
    json.put("source", source(database.source()));
    return json;
  }

  private static Map<String, Object> source(SourceStatus source) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("connected", source.connected());
    json.put("capture", source.capture());
    json.put("endpoint", source.endpoint());
    json.put("hints", source.hints());
    json.put("scans", source.scans());
    json.put("reads", source.reads());
    json.put("readBytes", source.readBytes());
    json.put("message", source.message());
    return json;
  }

  private static Map<String, Object> subscriber(SubscriberStatus subscriber) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("clientId", subscriber.clientId());
    json.put("name", subscriber.name());
    json.put("address", subscriber.address());
    json.put("secure", subscriber.secure());
    json.put("state", subscriber.state());
    json.put("codec", subscriber.codec());
    json.put("unackedBytes", subscriber.unackedBytes());
    json.put("windowBytes", subscriber.windowBytes());
    json.put("sentBytes", subscriber.sentBytes());
    json.put("rttNanos", subscriber.rttNanos());
    json.put("bytesPerSecond", subscriber.bytesPerSecond());
    Map<String, Object> caps = caps(subscriber.caps());
    if (!caps.isEmpty()) {
      json.put("caps", caps);
    }
    DatagramStatus datagrams = subscriber.datagrams();
    if (datagrams != null) {
      json.put("datagrams", datagrams(datagrams));
    }
    json.put("feeds", subscriber.feeds().stream().map(StatusJson::feed).toList());
    return json;
  }

  /** Those there are: totalBytesPerSecond, idleBytesPerSecond and so on. */
  private static Map<String, Object> caps(QosCaps caps) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (caps.totalBytesPerSecond() > 0) {
      json.put("totalBytesPerSecond", caps.totalBytesPerSecond());
    }
    for (QosLevel level : QosLevel.values()) {
      if (caps.of(level) > 0) {
        json.put(lower(level.name()) + "BytesPerSecond", caps.of(level));
      }
    }
    return json;
  }

  private static Map<String, Object> datagrams(DatagramStatus datagrams) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("up", datagrams.up());
    json.put("address", datagrams.address());
    json.put("sent", datagrams.sent());
    json.put("lost", datagrams.lost());
    json.put("late", datagrams.late());
    json.put("repaired", datagrams.repaired());
    json.put("fallbacks", datagrams.fallbacks());
    json.put("rttNanos", datagrams.rttNanos());
    json.put("windowBytes", datagrams.windowBytes());
    json.put("beside", datagrams.beside());
    return json;
  }

  private static Map<String, Object> feed(FeedStatus feed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("feed", feed.feed());
    json.put("database", feed.database());
    json.put("collection", feed.collection());
    json.put("level", lower(feed.level().name()));
    json.put("state", feed.state());
    json.put("round", feed.round());
    json.put("lagVersions", feed.lagVersions());
    json.put("lagSeconds", feed.lagSeconds());
    json.put("changes", feed.changes());
    json.put("keysSent", feed.keysSent());
    json.put("batchesSent", feed.batchesSent());
    json.put("rawBytes", feed.rawBytes());
    json.put("mergedBytes", feed.mergedBytes());
    json.put("compressedBytes", feed.compressedBytes());
    json.put("wireBytes", feed.wireBytes());
    json.put("progressSlots", feed.progressSlots());
    json.put("progressOfSlots", feed.progressOfSlots());
    checks(json, feed.checks());
    return json;
  }

  private static void checks(Map<String, Object> json, CheckStatus checks) {
    json.put("sinceVerifiedSeconds", checks.sinceVerifiedSeconds());
    json.put("verifications", checks.verifications());
    json.put("lastDifferences", checks.lastDifferences());
    json.put("driftFound", checks.driftFound());
    json.put("repaired", checks.repaired());
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
