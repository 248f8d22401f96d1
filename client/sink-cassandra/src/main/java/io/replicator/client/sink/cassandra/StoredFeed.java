package io.replicator.client.sink.cassandra;

import io.replicator.api.Batch;
import io.replicator.api.Cursor;

/**
 * What the target holds about a feed beside its data: one row of replicator_feeds.
 *
 * @param traces bits of {@link Trace}: what any key of the feed may have left
 * @param begunMicros write timestamp at which the last snapshot began: rows older than that are
 *     left over; 0 = none began
 * @param chainVersion the source's version that is to be shown, -1 = no versioned feed
 * @param clockLimit write timestamps below it may have been used
 */
record StoredFeed(
    Cursor cursor,
    FeedState state,
    int traces,
    long begunMicros,
    long chainVersion,
    long clockLimit) {
  static final StoredFeed NEVER_SEEN = new StoredFeed(Cursor.NONE, FeedState.LIVE, 0, 0, -1, 0);

  boolean isNeverSeen() {
    return equals(NEVER_SEEN);
  }

  StoredFeed after(Batch batch) {
    Batch.VersionChain chain = batch.chain();
    return new StoredFeed(
        cursor.updatedBy(batch.cursor()),
        state.after(batch),
        traces,
        begunMicros,
        chain != null ? chain.version() : chainVersion,
        clockLimit);
  }

  StoredFeed begun(FeedState updated, int left, long micros) {
    return new StoredFeed(cursor, updated, left, micros, chainVersion, clockLimit);
  }

  StoredFeed withState(FeedState updated) {
    return new StoredFeed(cursor, updated, traces, begunMicros, chainVersion, clockLimit);
  }

  StoredFeed withTraces(int more) {
    return new StoredFeed(cursor, state, traces | more, begunMicros, chainVersion, clockLimit);
  }

  StoredFeed withClockLimit(long limit) {
    return new StoredFeed(cursor, state, traces, begunMicros, chainVersion, limit);
  }
}
