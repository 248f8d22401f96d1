package io.replicator.api;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Where changes are applied. The caller awaits each stage before it calls the same feed again.
 *
 * <p>A sink promises: a batch is applied wholly or not at all where the store can; the cursor parts
 * are stored with it, in the same atomic step; applying a batch twice is the same as once; the
 * target stays readable while a snapshot loads.
 */
public interface Sink extends AutoCloseable {

  /** Name for logs and status, without secrets: "redis 127.0.0.1:6380". */
  String name();

  /**
   * Makes ready for a feed and tells where it stands. Called once a session, before its first
   * batch.
   *
   * @param feed the feed as this client asks for it
   * @return what is stored: {@link Cursor#NONE} for a feed never seen; fails with {@link
   *     SinkException} if the target cannot take it
   */
  CompletionStage<Cursor> open(FeedId feed);

  /**
   * Tells which source keys the feed can hold, once the hub has granted it: a named collection's
   * patterns are known to the hub and not part of the {@link FeedId}. Called once a session, before
   * its first batch, on the client's loop.
   */
  default void granted(FeedId feed, Predicate<byte[]> covers) {}

  /**
   * Applies a batch with its cursor parts. Changes that are older than what was applied before have
   * been removed already.
   */
  CompletionStage<Void> apply(Batch batch);

  /**
   * Removes what an ended snapshot did not bring: keys of the feed at the target that the source no
   * longer has. Called after the batch with {@link Batch#snapshotEnd} and again after a restart
   * until it has completed once. Batches of the feed may be applied while it runs: a key applied
   * meanwhile stays. Only a batch with {@link Batch#snapshotBegin} waits for its end.
   *
   * @param presence asks the hub about keys this sink does not know to be there
   * @return the number of keys removed
   */
  CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence);

  /** What it has counted; called by any thread at any time. */
  default List<Counted> counted() {
    return List.of();
  }

  /** Whether {@link #removeLeftovers} is still owed for this feed after {@link #open}. */
  boolean owesLeftovers(FeedId feed);

  @Override
  void close();

  /** Asks the hub which keys the source has now. */
  @FunctionalInterface
  interface Presence {
    /** Bit i is set if {@code keys.get(i)} is in the source and in the feed. At most 4096 keys. */
    CompletionStage<BitSet> present(List<Key> keys);

    /**
     * Whether the feed, as the hub granted it, can hold this source key. Only such a key can be a
     * leftover: a named collection's patterns are known to the hub and not part of the {@link
     * FeedId}.
     */
    default boolean covers(byte[] key) {
      return true;
    }
  }
}
