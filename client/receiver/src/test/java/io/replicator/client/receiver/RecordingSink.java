package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Sink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A sink in memory that refuses to be used against its contract: it fails the test if a key goes
 * back to an older version, or if a second batch of a feed comes before the first is done.
 */
final class RecordingSink implements Sink {
  final List<Batch> applied = new ArrayList<>();
  final Map<Key, Long> versions = new TreeMap<>();
  final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  final List<String> faults = new ArrayList<>();
  final List<BitSet> answers = new ArrayList<>();
  List<Key> toAskAbout = List.of();
  boolean owes;
  long leftoverCalls;
  private final String name;
  private boolean byHand;
  private RuntimeException failure = new IllegalStateException("not failing");
  private boolean failing;
  private Cursor cursor = Cursor.NONE;
  private int callsOut;

  RecordingSink(String name) {
    this.name = name;
  }

  /** From now on batches wait for {@link #completeNext}. */
  RecordingSink byHand() {
    byHand = true;
    return this;
  }

  void failWith(RuntimeException thrown) {
    failure = thrown;
    failing = true;
  }

  void completeNext() {
    waiting.removeFirst().run();
  }

  Cursor cursor() {
    return cursor;
  }

  void storeCursor(Cursor stored) {
    cursor = stored;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    return CompletableFuture.completedFuture(cursor);
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    if (++callsOut > 1) {
      faults.add("batch before the one before was done: " + batch);
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    waiting.add(() -> finish(batch, done));
    if (!byHand) {
      completeNext();
    }
    return done;
  }

  private void finish(Batch batch, CompletableFuture<Void> done) {
    callsOut--;
    if (failing) {
      done.completeExceptionally(failure);
      return;
    }
    for (Change change : batch.changes()) {
      Long before = versions.put(change.key(), change.version());
      if (before != null && before > change.version()) {
        faults.add(change.key() + " went back from " + before + " to " + change.version());
      }
    }
    cursor = cursor.updatedBy(batch.cursor());
    applied.add(batch);
    done.complete(null);
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    leftoverCalls++;
    return presence
        .present(toAskAbout)
        .thenApply(present -> {
          answers.add(present);
          owes = false;
          return (long) (toAskAbout.size() - present.cardinality());
        });
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return owes;
  }

  @Override
  public void close() {}
}
