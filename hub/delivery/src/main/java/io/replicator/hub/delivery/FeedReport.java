package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.link.wire.FeedLag;

/** A feed as the status shows it. */
final class FeedReport {
  private FeedReport() {}

  static HubStatus.FeedStatus of(Feed feed, long nowNanos) {
    FeedRequested requested = feed.requested();
    DatabaseState database = requested.database();
    FeedPosition position = feed.position();
    FeedStats stats = feed.stats();
    boolean begun = !(feed.state() instanceof FeedState.Opening);
    long passed = begun ? stats.passed(position.passed()) : 0;
    boolean sweeps = !position.backfill().isEmpty();
    return new HubStatus.FeedStatus(
        requested.number(),
        database.database(),
        requested.collection(),
        requested.level(),
        state(feed),
        "live " + position.live() + (sweeps ? ", backfill " + position.backfill() : ""),
        Math.max(0, database.version() - passed),
        database.lagSeconds(passed),
        stats.changes,
        stats.keysSent,
        stats.batchesSent,
        stats.keysSent == 0
            ? 0
            : (long) (stats.mergedBytes / (double) stats.keysSent * changes(feed)),
        stats.mergedBytes,
        stats.compressedBytes,
        stats.wireBytes,
        sweeps ? position.backfill().getFirst().slot() : 0,
        sweeps ? database.index().slotLimit() : 0,
        stats.checks.report(nowNanos));
  }

  /** What the client is told of it (P96). */
  static FeedLag lag(Feed feed) {
    double seconds = of(feed, 0).lagSeconds();
    return FeedLag.newBuilder()
        .setFeed(feed.requested().number())
        .setLagMillis(Math.max(0, Math.round(seconds * 1000)))
        .build();
  }

  /** At least what was sent: a snapshot sends keys that nobody changed. */
  private static long changes(Feed feed) {
    return Math.max(feed.stats().changes, feed.stats().keysSent);
  }

  private static String state(Feed feed) {
    if (!feed.requested().database().ready() || feed.state() instanceof FeedState.Opening) {
      return "waiting for the source";
    }
    if (feed.position().reconciles()) {
      return "reconciling";
    }
    if (feed.state() instanceof FeedState.Verifying) {
      return "verifying";
    }
    if (feed.progress().heldBack()) {
      return "held back";
    }
    if (feed.position().loadsSnapshot()) {
      return "snapshot";
    }
    boolean catchesUp =
        !feed.position().backfill().isEmpty() || !feed.lane(Lane.BACKFILL).isDrained();
    return catchesUp ? "catching up" : "live";
  }
}
