package io.replicator.client.replica;

import io.replicator.api.Counted;
import io.replicator.client.receiver.DatagramProgress;
import io.replicator.client.receiver.FeedProgress;
import java.util.Locale;
import java.util.OptionalLong;

/** A {@link ReplicaStatus} as the JSON document of /status. */
final class StatusJson {
  private StatusJson() {}

  static String of(ReplicaStatus status) {
    Json json = new Json().begin('{');
    json.field("role", "client")
        .field("state", status.state().name().toLowerCase(Locale.ROOT))
        .field("ready", status.isReady())
        .field("hub", status.hub())
        .field("hubId", status.hubId())
        .field("message", status.message())
        .field("codec", status.codec())
        .field("sessions", status.sessions());
    optional(json, "rttMicros", scaled(status.rttNanos(), 1000));
    optional(json, "clockOffsetMicros", status.clockOffsetMicros());
    DatagramProgress datagrams = status.datagrams();
    if (datagrams != null && datagrams.wanted()) {
      datagrams(json, datagrams);
    }
    json.name("feeds").begin('[');
    status.feeds().forEach(feed -> feed(json, feed));
    json.end(']').name("targets").begin('[');
    status.targets().forEach(target -> target(json, target));
    return json.end(']').end('}').toString();
  }

  private static void datagrams(Json json, DatagramProgress datagrams) {
    json.name("datagrams")
        .begin('{')
        .field("open", datagrams.open())
        .field("opens", datagrams.opens())
        .field("arrived", datagrams.arrived())
        .field("duplicates", datagrams.duplicates())
        .field("recovered", datagrams.recovered())
        .field("stale", datagrams.stale())
        .field("refused", datagrams.refused())
        .end('}');
  }

  private static void feed(Json json, ReplicaStatus.FeedStatus feed) {
    ReplicaStatus.FeedTotals total = feed.total();
    json.begin('{')
        .field("feed", feed.feed().name())
        .field("database", feed.feed().database())
        .field("collection", feed.feed().collection())
        .field("current", feed.current())
        .field("loadedKeys", total.loadedKeys())
        .field("liveKeys", total.liveKeys())
        .field("droppedKeys", total.droppedKeys())
        .field("receivedBytes", total.receivedBytes())
        .field("rawBytes", total.rawBytes())
        .field("batches", total.batches());
    checks(json, feed.checks());
    FeedProgress progress = feed.progress();
    if (progress != null) {
      session(json, progress);
    }
    json.end('}');
  }

  private static void checks(Json json, ReplicaStatus.CheckStatus checks) {
    optional(json, "sinceVerifiedSeconds", scaled(checks.sinceVerifiedNanos(), 1_000_000_000));
    json.field("verifications", checks.verifications())
        .field("lastDifferences", checks.lastDifferences())
        .field("driftFound", checks.driftFound())
        .field("repaired", checks.repaired());
  }

  private static void session(Json json, FeedProgress progress) {
    json.field("level", progress.level().name().toLowerCase(Locale.ROOT))
        .field("versioned", progress.versioned())
        .field("loading", progress.loading())
        .field("snapshot", progress.snapshot())
        .field("snapshotReason", progress.reason())
        .field("expectedKeys", progress.expectedKeys())
        .field("sessionLoadedKeys", progress.loadedKeys())
        .field("waitingBatches", progress.waitingBatches())
        .field("version", progress.readVersion())
        .field("keysPerSecond", progress.keysPerSecond());
    optional(json, "sinceAppliedMillis", scaled(progress.sinceAppliedNanos(), 1_000_000));
    optional(json, "lagMillis", progress.lagMillis());
    optional(json, "remainingSeconds", progress.remainingSeconds());
  }

  private static void target(Json json, ReplicaStatus.TargetStatus target) {
    json.begin('{')
        .field("target", target.name())
        .field("state", target.state())
        .field("message", target.message())
        .field("failures", target.failures())
        .name("counters")
        .begin('[');
    for (Counted counted : target.counted()) {
      json.begin('{')
          .field("counter", counted.name())
          .field("count", counted.value())
          .field("what", counted.sentence())
          .end('}');
    }
    json.end(']').end('}');
  }

  private static OptionalLong scaled(OptionalLong value, long divisor) {
    return value.isPresent() ? OptionalLong.of(value.getAsLong() / divisor) : value;
  }

  private static void optional(Json json, String name, OptionalLong value) {
    value.ifPresent(known -> json.field(name, known));
  }
}
