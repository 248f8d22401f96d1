package io.replicator.client.replica;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Cursors for as long as the process lives: right for data that lives no longer either. */
final class MemoryCursors implements CursorStore {
  private final Map<FeedId, Cursor> cursors = new ConcurrentHashMap<>();

  @Override
  public Cursor load(FeedId feed) {
    return cursors.getOrDefault(feed, Cursor.NONE);
  }

  @Override
  public void save(FeedId feed, Cursor cursor) {
    cursors.put(feed, cursor);
  }
}
