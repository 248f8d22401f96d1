package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Counted;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * A sink that remembers what its target was last found to hold, and keeps that up to date by what
 * is applied: a client whose hub comes back without its history need not read everything first.
 * What others do to the target is not seen; the next verification reads it and sees.
 */
public final class RememberingSink implements Holdings {
  private final Holdings sink;
  private final Executor workers;
  private final long maxBytes;
  private final Map<FeedId, FeedMemory> memories = new ConcurrentHashMap<>();

  /**
   * @param workers tell what is remembered
   * @param maxBytes what the memory of one feed may occupy; beyond it nothing is remembered
   */
  public RememberingSink(Holdings sink, Executor workers, long maxBytes) {
    this.sink = sink;
    this.workers = workers;
    this.maxBytes = maxBytes;
  }

  private FeedMemory memory(FeedId feed) {
    return memories.computeIfAbsent(feed, unknown -> new FeedMemory(maxBytes));
  }

  @Override
  public String name() {
    return sink.name();
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    return sink.open(feed)
        .whenComplete((cursor, failure) -> {
          if (failure == null) {
            memory(feed).opened(cursor);
          } else {
            memory(feed).forget();
          }
        });
  }

  @Override
  public void granted(FeedId feed, Predicate<byte[]> covers) {
    sink.granted(feed, covers);
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    return sink.apply(batch)
        .whenComplete((done, failure) -> {
          if (failure == null) {
            memory(batch.feed()).applied(batch);
          } else {
            memory(batch.feed()).forget();
          }
        });
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    memory(feed).forget();
    return sink.removeLeftovers(feed, presence);
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return sink.owesLeftovers(feed);
  }

  @Override
  public List<Counted> counted() {
    return sink.counted();
  }

  @Override
  public boolean tells(FeedId feed) {
    return sink.tells(feed);
  }

  @Override
  public boolean holdsData(FeedId feed) {
    return sink.holdsData(feed);
  }

  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    FeedMemory memory = memory(feed);
    boolean[] stopped = {false};
    Pages filling = memory.filling(pages);
    Pages watched =
        (keys, hashes) -> {
          boolean more = filling.page(keys, hashes);
          stopped[0] |= !more;
          return more;
        };
    return sink.read(feed, covers, chainIsData, keysPerSecond, watched)
        .whenComplete((done, failure) -> memory.filled(failure == null && !stopped[0]));
  }

  @Override
  public CompletionStage<Void> recall(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, Pages pages) {
    FeedMemory memory = memory(feed);
    if (!memory.beginTelling()) {
      return read(feed, covers, chainIsData, 0, pages);
    }
    CompletableFuture<Boolean> told = new CompletableFuture<>();
    try {
      workers.execute(() -> {
        try {
          told.complete(memory.tell(covers, pages));
        } catch (RuntimeException e) {
          told.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      told.completeExceptionally(e);
    }
    return told.thenCompose(all ->
        all ? CompletableFuture.completedFuture(null) : read(feed, covers, chainIsData, 0, pages));
  }

  @Override
  public CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    // Which of them stay is not told, and what is there must not be taken for gone.
    memory(feed).forget();
    return sink.removeStrays(feed, keys, presence);
  }

  @Override
  public CompletionStage<Void> reconciled(FeedId feed) {
    return sink.reconciled(feed);
  }

  @Override
  public void close() {
    sink.close();
  }
}
