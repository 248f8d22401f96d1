package io.replicator.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A sink that can tell what its target really holds, so that a copy can be compared with the source
 * and only what differs is sent. A {@link Sink} that is no {@code Holdings} is loaded by snapshots.
 *
 * <p>While {@link #read} goes on, batches of the same feed are applied as ever: a key that changes
 * meanwhile may be told with either value, or twice.
 */
public interface Holdings extends Sink {

  /** Whether reading costs so much that what it gave is worth being remembered. */
  default boolean readsSlowly() {
    return true;
  }

  /**
   * Whether it can tell what it holds of this feed; if not, the feed is loaded by snapshots and
   * never verified. Called at any time.
   */
  default boolean tells(FeedId feed) {
    return true;
  }

  /** Whether the target may hold keys of the feed, as it was found by {@link Sink#open}. */
  boolean holdsData(FeedId feed);

  /**
   * Tells every key of the feed that the target holds now, as source keys, in pages.
   *
   * @param covers whether the feed can hold a source key: others are not told
   * @param chainIsData whether keys named like a version chain are ordinary keys of the source
   * @param keysPerSecond read no faster than this, 0 = as fast as it goes
   */
  CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages);

  /**
   * Tells the same from memory, at once, if what the target was last found to hold and everything
   * that was done to it since is remembered; else as fast as it can be read.
   */
  default CompletionStage<Void> recall(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, Pages pages) {
    return read(feed, covers, chainIsData, 0, pages);
  }

  /**
   * Removes those of these source keys that the source does not have and that no batch has brought
   * since the call began. Batches of the feed may be applied while it runs.
   *
   * @return the number of keys removed
   */
  CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence);

  /**
   * The target was found to hold what the source holds: leftovers of a snapshot that did not end
   * are owed no more.
   */
  CompletionStage<Void> reconciled(FeedId feed);

  /** Takes what is read. */
  @FunctionalInterface
  interface Pages {
    /**
     * The next page; called by one thread at a time.
     *
     * @param keys source keys, given away
     * @param hashes the {@link ValueHash} of each
     * @return false: no more is wanted
     */
    boolean page(List<byte[]> keys, long[] hashes);
  }
}
