package io.replicator.client.receiver;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import java.util.Map;

/**
 * A sink that was opened for every feed of the session, and where it stands in each.
 *
 * @param cursors what {@link Sink#open} told; a feed that is missing here stands at {@link
 *     Cursor#NONE}
 */
public record SessionTarget(Sink sink, Map<FeedId, Cursor> cursors) {
  public SessionTarget {
    cursors = Map.copyOf(cursors);
  }

  Cursor cursor(FeedId feed) {
    return cursors.getOrDefault(feed, Cursor.NONE);
  }
}
