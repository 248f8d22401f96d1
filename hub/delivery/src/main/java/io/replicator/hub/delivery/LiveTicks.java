package io.replicator.hub.delivery;

import io.replicator.link.transport.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The moments at which the feeds of a database hear that it moved. A few feeds hear at once. Many
 * hear together, at most so often that the loop can serve all of them in between, and the rounds
 * that begin then end at the version of that moment: so feeds that were at different places meet
 * again, and go on with the same batches (decision 182). Confined to the loop.
 *
 * <pre>
 *   changes   · ·· ·   · ··  · ·        ·
 *   ticks     │        │        │       │      the first after a pause comes at once
 *   rounds    (────────](───────](──────]
 *   late one  (─────────────────](──────]      in step again
 * </pre>
 */
final class LiveTicks {
  /** So many feeds are not worth waiting for. */
  static final int FEW_FEEDS = 16;

  /** About what a feed costs the loop for each batch, sending and acknowledging. */
  private static final long NANOS_PER_FEED = 30_000;

  private static final long MAX_NANOS = Duration.ofMillis(100).toNanos();

  private final Loop loop;
  private final Runnable tell;
  private long version;
  private long tickNanos;
  private boolean ticking;
  private Loop.@Nullable Timer timer;

  /**
   * @param tell tells all feeds
   */
  LiveTicks(Loop loop, Runnable tell) {
    this.loop = loop;
    this.tell = tell;
    this.tickNanos = loop.nowNanos() - MAX_NANOS;
  }

  /** The shortest time between two ticks, 0 = none. */
  static long intervalNanos(int feeds) {
    return feeds <= FEW_FEEDS ? 0 : Math.min(feeds * NANOS_PER_FEED, MAX_NANOS);
  }

  /** The database moved: the feeds hear of it now, or at the next tick. */
  void moved(int feeds) {
    long interval = intervalNanos(feeds);
    long left = interval - (loop.nowNanos() - tickNanos);
    ticking = interval > 0;
    if (left <= 0) {
      cancel();
      tickNanos = loop.nowNanos();
      tell.run();
    } else if (timer == null) {
      timer = loop.schedule(Duration.ofNanos(left), this::due);
    }
  }

  private void due() {
    timer = null;
    tickNanos = loop.nowNanos();
    tell.run();
  }

  /** The feeds are told of this version; returns the one they were told of before. */
  long tick(long newVersion) {
    long before = version;
    version = newVersion;
    return before;
  }

  /** Whether rounds end at ticks. */
  boolean isTicking() {
    return ticking;
  }

  /** Whether rounds that end at this version are those of the last tick. */
  boolean isOfLast(long until) {
    return ticking && until == version;
  }

  /** Where a round ends that begins now behind this version. */
  long until(long after, long now) {
    return ticking && version > after ? version : now;
  }

  /** Whether a round behind this version waits for the next tick. */
  boolean waits(long after, long now) {
    return ticking && timer != null && version <= after && after < now;
  }

  /** Another history. */
  void reset() {
    cancel();
    version = 0;
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
