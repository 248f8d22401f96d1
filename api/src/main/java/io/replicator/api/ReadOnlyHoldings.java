package io.replicator.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A target that is only looked at: tells what it holds, and is never written to. */
public interface ReadOnlyHoldings extends Holdings {

  @Override
  default boolean holdsData(FeedId feed) {
    return true;
  }

  /** Fails: nothing is written. */
  @Override
  default CompletionStage<Void> apply(Batch batch) {
    return CompletableFuture.failedFuture(notWritten());
  }

  /** Fails: nothing is written. */
  @Override
  default CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    return CompletableFuture.failedFuture(notWritten());
  }

  /** Fails: nothing is written. */
  @Override
  default CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    return CompletableFuture.failedFuture(notWritten());
  }

  private SinkException notWritten() {
    return new SinkException(
        SinkException.Category.BROKEN, name() + " is only looked at, not written to");
  }

  @Override
  default boolean owesLeftovers(FeedId feed) {
    return false;
  }

  @Override
  default CompletionStage<Void> reconciled(FeedId feed) {
    return CompletableFuture.completedFuture(null);
  }
}
