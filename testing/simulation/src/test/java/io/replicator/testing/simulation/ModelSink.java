package io.replicator.testing.simulation;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.testing.simulation.TargetStore.Phase;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sink of one client process on a {@link TargetStore}: late, sometimes refusing, sometimes
 * refusing what it has done. What it remembers of a snapshot dies with it.
 */
final class ModelSink implements Holdings {
  private static final int PAGE = 50;

  /** How the target is doing; shared by the sinks of a client's life and set from outside. */
  static final class Health {
    int slowMicros = 500;
    boolean stalled;
    boolean refusing;
  }

  private final VirtualLoop loop;
  private final TargetStore store;
  private final Health health;
  private final Faults faults;
  private final Map<FeedId, Set<Key>> memories = new HashMap<>();

  /** Of feeds whose strays are looked up: what has come since. */
  private final Map<FeedId, Set<Key>> watches = new HashMap<>();

  private final List<Batch> out = new ArrayList<>();
  private final Set<FeedId> applying = new HashSet<>();
  private boolean dead;

  ModelSink(VirtualLoop loop, TargetStore store, Health health, Faults faults) {
    this.loop = loop;
    this.store = store;
    this.health = health;
    this.faults = faults;
  }

  TargetStore store() {
    return store;
  }

  boolean canBeOpened() {
    return !health.refusing && !health.stalled;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    return CompletableFuture.completedFuture(store.feed(feed).cursor);
  }

  /** The process dies: each call that is out has reached the target, or has not. */
  void die() {
    dead = true;
    for (Batch batch : out) {
      if (loop.random().nextBoolean()) {
        store.apply(batch);
      }
    }
    out.clear();
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    if (dead) {
      return result;
    }
    if (!applying.add(batch.feed())) {
      faults.add(name() + ": a batch before the one before was done");
    }
    out.add(batch);
    later(() -> finish(batch, result));
    return result;
  }

  /** After the target's time, or when it does not stall any more. */
  private void later(Runnable task) {
    long nanos = 1000L * (1 + loop.random().nextInt(health.slowMicros));
    loop.schedule(
        Duration.ofNanos(health.stalled ? 50_000_000 : nanos),
        health.stalled ? () -> later(task) : task);
  }

  private void finish(Batch batch, CompletableFuture<Void> result) {
    if (dead) {
      return;
    }
    out.remove(batch);
    applying.remove(batch.feed());
    boolean refused = health.refusing;
    if (!refused || loop.random().nextInt(4) == 0) {
      store.apply(batch);
      remember(batch);
    }
    if (loop.random().nextInt(8) == 0) {
      store.checkCursor(batch.feed());
    }
    if (refused) {
      result.completeExceptionally(
          new SinkException(SinkException.Category.UNAVAILABLE, name() + " is away"));
    } else {
      result.complete(null);
    }
  }

  /** What this process has brought of a feed's snapshot. */
  private Set<Key> memory(FeedId feed) {
    return memories.computeIfAbsent(feed, unknown -> new HashSet<>());
  }

  private void remember(Batch batch) {
    Set<Key> memory = memory(batch.feed());
    if (batch.snapshotBegin()) {
      memory.clear();
    }
    Set<Key> watch = watches.get(batch.feed());
    for (Change change : batch.changes()) {
      if (!(change instanceof Change.Remove)) {
        memory.add(change.key());
        if (watch != null) {
          watch.add(change.key());
        }
      }
    }
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return store.feed(feed).phase == Phase.LEFTOVERS;
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    later(() -> removePage(feed, presence, null, result));
    return result;
  }

  private void removePage(
      FeedId feed, Presence presence, @Nullable Key after, CompletableFuture<Long> result) {
    if (dead) {
      return;
    }
    if (health.refusing) {
      result.completeExceptionally(
          new SinkException(SinkException.Category.UNAVAILABLE, name() + " is away"));
      return;
    }
    Set<Key> memory = memory(feed);
    List<Key> page = new ArrayList<>();
    Key last = after;
    Map<Key, Held> all = store.values(feed.database());
    for (Key key : all.keySet()) {
      if ((after == null || key.compareTo(after) > 0) && page.size() < PAGE) {
        last = key;
        if (feed.patterns().matches(key.bytes())
            && presence.covers(key.bytes())
            && !memory.contains(key)) {
          page.add(key);
        }
      }
    }
    if (last == null || (after != null && last.equals(after))) {
      store.loaded(feed);
      result.complete(0L);
      return;
    }
    Key next = last;
    presence
        .present(page)
        .whenComplete((present, failure) ->
            loop.execute(() -> {
              if (failure != null) {
                result.completeExceptionally(failure);
                return;
              }
              List<Key> absent = new ArrayList<>();
              for (int i = 0; i < page.size(); i++) {
                if (!present.get(i)) {
                  absent.add(page.get(i));
                }
              }
              removeAndGoOn(feed, presence, absent, next, result);
            }));
  }

  private void removeAndGoOn(
      FeedId feed, Presence presence, List<Key> absent, Key last, CompletableFuture<Long> result) {
    later(() -> {
      if (dead) {
        return;
      }
      for (Key key : absent) {
        if (!memory(feed).contains(key)) {
          store.remove(feed.database(), key, "the end of a snapshot");
        }
      }
      removePage(feed, presence, last, result);
    });
  }

  @Override
  public boolean holdsData(FeedId feed) {
    return !store.values(feed.database()).isEmpty();
  }

  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    later(() -> readPage(feed, covers, pages, null, result));
    return result;
  }

  private void readPage(
      FeedId feed,
      Predicate<byte[]> covers,
      Pages pages,
      @Nullable Key after,
      CompletableFuture<Void> result) {
    if (dead) {
      return;
    }
    if (health.refusing) {
      result.completeExceptionally(
          new SinkException(SinkException.Category.UNAVAILABLE, name() + " is away"));
      return;
    }
    store.expire();
    List<byte[]> keys = new ArrayList<>();
    List<Long> hashes = new ArrayList<>();
    Key last = after;
    int looked = 0;
    for (Map.Entry<Key, Held> entry : store.values(feed.database()).entrySet()) {
      Key key = entry.getKey();
      if ((after == null || key.compareTo(after) > 0) && looked < PAGE) {
        looked++;
        last = key;
        if (feed.patterns().matches(key.bytes()) && covers.test(key.bytes())) {
          keys.add(key.bytes());
          hashes.add(entry.getValue().hash());
        }
      }
    }
    boolean more = pages.page(keys, hashes.stream().mapToLong(Long::longValue).toArray());
    Key next = last;
    if (looked == 0 || !more || next == null) {
      result.complete(null);
    } else {
      later(() -> readPage(feed, covers, pages, next, result));
    }
  }

  @Override
  public CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    Set<Key> brought = new HashSet<>();
    watches.put(feed, brought);
    presence
        .present(keys.subList(0, Math.min(4096, keys.size())))
        .whenComplete((present, failure) ->
            loop.execute(() -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else {
                later(() -> removeNow(feed, keys, present, brought, result));
              }
            }));
    return result;
  }

  private void removeNow(
      FeedId feed,
      List<Key> keys,
      BitSet present,
      Set<Key> brought,
      CompletableFuture<Long> result) {
    if (dead) {
      return;
    }
    long removed = 0;
    for (int i = 0; i < keys.size(); i++) {
      if (!present.get(i) && !brought.contains(keys.get(i))) {
        store.remove(feed.database(), keys.get(i), "a stray");
        removed++;
      }
    }
    result.complete(removed);
  }

  @Override
  public CompletionStage<Void> reconciled(FeedId feed) {
    if (store.feed(feed).phase != Phase.LOADED) {
      store.loaded(feed);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {}
}
