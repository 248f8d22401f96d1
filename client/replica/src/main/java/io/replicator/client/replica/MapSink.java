package io.replicator.client.replica;

import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Live maps as a sink that can tell what they hold: when a hub comes back without its history, only
 * what differs is sent. Values are in memory, so hashes are made when they are wanted; an
 * application that keeps its data itself tells them from there.
 */
final class MapSink implements Holdings {
  private final ApplicationSink sink;
  private final MapConsumer consumer;
  private final KeptData kept;
  private final boolean keptOutside;

  /** Maps that began empty at a stored cursor are not what the hub has. */
  private final boolean tells;

  /**
   * @param kept what the application holds; null = what is in the maps
   */
  MapSink(MapConsumer consumer, CursorStore cursors, @Nullable KeptData kept) {
    this.sink = new ApplicationSink("map", consumer, cursors);
    this.consumer = consumer;
    this.kept = kept == null ? consumer : kept;
    this.keptOutside = kept != null;
    this.tells = keptOutside || cursors instanceof MemoryCursors;
  }

  @Override
  public String name() {
    return sink.name();
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    return sink.open(feed);
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    return sink.apply(batch);
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    return sink.removeLeftovers(feed, presence);
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return sink.owesLeftovers(feed);
  }

  @Override
  public boolean readsSlowly() {
    return keptOutside;
  }

  @Override
  public boolean tells(FeedId feed) {
    return tells;
  }

  @Override
  public boolean holdsData(FeedId feed) {
    return kept.holdsData(feed);
  }

  /** On a thread of its own: batches go on meanwhile. */
  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("replicator-holdings")
        .start(() -> {
          try {
            HoldingsPages told = new HoldingsPages(feed, covers, keysPerSecond, pages);
            kept.tell(feed, told);
            told.end();
            done.complete(null);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  @Override
  public CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    return sink.onThread(() -> consumer.removeAbsent(feed, keys, presence));
  }

  @Override
  public CompletionStage<Void> reconciled(FeedId feed) {
    return sink.onThread(() -> {
      consumer.reconciled(feed);
      sink.owesNothing(feed);
      return null;
    });
  }

  @Override
  public void close() {
    sink.close();
  }
}
