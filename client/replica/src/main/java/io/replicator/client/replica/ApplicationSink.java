package io.replicator.client.replica;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Lane;
import io.replicator.api.Sink;
import io.replicator.api.SinkException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A sink inside this process: whole changes go to a {@link Consumer}, one batch after the other, on
 * a thread of its own, so that a slow consumer holds back the hub and nothing else.
 */
final class ApplicationSink implements Sink {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Where whole changes go. All calls come on one thread. */
  interface Consumer {
    void snapshotBegan(FeedId feed);

    void put(FeedId feed, Change.Put put);

    void removed(FeedId feed, Change.Remove removal);

    /** The batch's changes are all told. */
    void batchEnded();

    /** Removes what the snapshot did not bring, of the keys that the feed covers. */
    long removeLeftovers(FeedId feed, Presence presence);
  }

  private final String name;
  private final Consumer consumer;
  private final CursorStore cursors;
  private final ExecutorService thread;

  /** Only on the thread. */
  private final Map<FeedId, Map<Lane, SlicedValues>> slices = new HashMap<>();

  /** Only on the thread: cursors with the parts of all batches. */
  private final Map<FeedId, Cursor> stored = new HashMap<>();

  private final Map<FeedId, Boolean> owed = new ConcurrentHashMap<>();

  ApplicationSink(String name, Consumer consumer, CursorStore cursors) {
    this.name = name;
    this.consumer = consumer;
    this.cursors = cursors;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("replicator-" + name).factory());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    return onThread(() -> {
      slices.remove(feed);
      Cursor cursor = cursors.load(feed);
      stored.put(feed, cursor);
      return cursor;
    });
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    return onThread(() -> {
      applyOnThread(batch);
      return null;
    });
  }

  private void applyOnThread(Batch batch) {
    FeedId feed = batch.feed();
    if (batch.snapshotBegin()) {
      owed.remove(feed);
      consumer.snapshotBegan(feed);
    }
    for (Change change : batch.changes()) {
      tell(feed, batch.lane(), change);
    }
    consumer.batchEnded();
    if (batch.snapshotEnd()) {
      owed.put(feed, true);
    }
    Cursor cursor = stored.getOrDefault(feed, Cursor.NONE).updatedBy(batch.cursor());
    cursors.save(feed, cursor);
    stored.put(feed, cursor);
  }

  private void tell(FeedId feed, Lane lane, Change change) {
    switch (change) {
      case Change.Put put -> {
        forgetSlices(feed, put);
        consumer.put(feed, put);
      }
      case Change.Remove removal -> {
        forgetSlices(feed, removal);
        consumer.removed(feed, removal);
      }
      case Change.Part part ->
          slices
              .computeIfAbsent(feed, unknown -> new EnumMap<>(Lane.class))
              .computeIfAbsent(lane, unknown -> new SlicedValues())
              .add(part)
              .ifPresent(put -> consumer.put(feed, put));
    }
  }

  private void forgetSlices(FeedId feed, Change change) {
    Map<Lane, SlicedValues> lanes = slices.get(feed);
    if (lanes != null) {
      lanes.values().forEach(sliced -> sliced.forget(change.key()));
    }
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    return onThread(() -> {
      long removed = consumer.removeLeftovers(feed, presence);
      owed.remove(feed);
      return removed;
    });
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return owed.getOrDefault(feed, false);
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing is left over of a snapshot that did not end. */
  void owesNothing(FeedId feed) {
    owed.remove(feed);
  }

  /** After what was given before, before what is given later. */
  <T extends @Nullable Object> CompletionStage<T> onThread(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      thread.execute(() -> {
        try {
          result.complete(task.call());
        } catch (Exception e) {
          result.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new SinkException(SinkException.Category.BROKEN, name + " is closed", e));
    }
    return result;
  }
}
