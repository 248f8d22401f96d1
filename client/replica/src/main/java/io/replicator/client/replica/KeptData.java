package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.api.Key;

/**
 * What an application holds of a feed, so that it can be compared with the hub and only what
 * differs is sent when the cursor is worth nothing any more.
 *
 * <p>Keys that only the application has are told to its listeners as removals.
 */
public interface KeptData {

  /** Whether there may be anything of this feed. */
  boolean holdsData(FeedId feed);

  /**
   * Tells every key held, with {@link ClientChange#valueHash} of the change that brought it. Called
   * on a thread of its own while changes go on: a key that changes meanwhile may be told with
   * either value, or twice. What it throws ends the comparison, and everything is loaded.
   */
  void tell(FeedId feed, Teller teller);

  /** Hears of the keys. */
  @FunctionalInterface
  interface Teller {
    /**
     * The next key.
     *
     * @return false: no more is wanted
     */
    boolean key(Key key, long valueHash);
  }
}
