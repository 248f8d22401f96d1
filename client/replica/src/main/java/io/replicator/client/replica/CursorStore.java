package io.replicator.client.replica;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;

/**
 * Where an application keeps its place in a feed, with its own data. Called on one thread at a
 * time; what it throws makes the client try again.
 */
public interface CursorStore {

  /** What {@link #save} was last given for this feed; {@link Cursor#NONE} if never. */
  Cursor load(FeedId feed);

  /** Called with each batch, after its changes were told. */
  void save(FeedId feed, Cursor cursor);
}
