package io.replicator.client.sink.cassandra;

import java.time.InstantSource;
import java.util.function.LongConsumer;

/**
 * The write timestamps of one feed, in microseconds: near the time of day, and strictly growing
 * over sessions, restarts and clocks that are set back. Times are given out only below a limit that
 * is stored before; the next session begins above the limit it finds.
 *
 * <p>Two apart, so that what a write replaces can be deleted just below it and still above what was
 * written before. Not thread-safe: its feed locks it.
 */
final class FeedClock {
  private static final long STEP = 2;

  /** How far one stored limit reaches. */
  static final long RESERVED_MICROS = 60_000_000;

  private final InstantSource source;
  private long last;
  private long limit;

  /**
   * @param stored the limit that was stored, 0 = none
   */
  FeedClock(InstantSource source, long stored) {
    this.source = source;
    this.last = stored;
    this.limit = stored;
  }

  /**
   * The next timestamp.
   *
   * @param store stores a new limit, and returns when it is stored
   */
  long next(LongConsumer store) {
    long now = Math.multiplyExact(source.millis(), 1000L);
    long next = Math.max(now, last + STEP);
    if (next >= limit) {
      long updated = next + RESERVED_MICROS;
      store.accept(updated);
      limit = updated;
    }
    last = next;
    return next;
  }

  /** The newest time given out. */
  long last() {
    return last;
  }

  long limit() {
    return limit;
  }
}
