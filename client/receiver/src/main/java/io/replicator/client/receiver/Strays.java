package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Sink;
import io.replicator.link.transport.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keys that only a target has, until a batch brings them: removed by a run that mends, asked about
 * and counted by a verification. Confined to the loop.
 */
final class Strays {
  private static final int ASKED_KEYS = 4096;

  private final Loop loop;
  private final FeedId feed;
  private final TargetSet targets;
  private final Map<TargetSet.Target, Set<Key>> candidates = new LinkedHashMap<>();
  private int out;

  Strays(Loop loop, FeedId feed, TargetSet targets, List<Comparison> comparisons) {
    this.loop = loop;
    this.feed = feed;
    this.targets = targets;
    for (Comparison each : comparisons) {
      Set<Key> keys = new LinkedHashSet<>();
      for (int entry : each.lacked().strays()) {
        keys.add(each.own().key(entry));
      }
      if (!keys.isEmpty()) {
        candidates.put(each.target(), keys);
      }
    }
  }

  /** What a batch brings is no stray. */
  void applied(Batch batch) {
    for (Set<Key> keys : candidates.values()) {
      for (Change change : batch.changes()) {
        keys.remove(change.key());
      }
    }
  }

  /**
   * Removes them at their targets.
   *
   * @param removed hears how many were, for each target
   */
  void remove(Sink.Presence presence, Consumer<Long> removed, Runnable whenAll) {
    out = 1;
    candidates.forEach((target, keys) -> {
      out++;
      List<Key> asked = List.copyOf(keys);
      targets.call(
          target,
          sink ->
              sink instanceof Holdings holdings && !asked.isEmpty()
                  ? holdings.removeStrays(feed, asked, presence)
                  : CompletableFuture.completedFuture(0L),
          removed,
          () -> done(whenAll));
    });
    done(whenAll);
  }

  /**
   * Asks the hub about them.
   *
   * @param found hears of those that the hub does not have
   * @param failed hears why it could not be asked
   */
  void count(
      Sink.Presence presence,
      Consumer<List<Key>> found,
      Consumer<Throwable> failed,
      Runnable whenAll) {
    Set<Key> all = new LinkedHashSet<>();
    candidates.values().forEach(all::addAll);
    List<Key> keys = List.copyOf(all);
    out = 1;
    for (int from = 0; from < keys.size(); from += ASKED_KEYS) {
      List<Key> part = keys.subList(from, Math.min(keys.size(), from + ASKED_KEYS));
      out++;
      var _ =
          presence
              .present(part)
              .whenComplete((present, failure) ->
                  loop.execute(() -> {
                    if (failure != null) {
                      failed.accept(failure);
                      return;
                    }
                    List<Key> absent = new ArrayList<>();
                    for (int i = 0; i < part.size(); i++) {
                      if (!present.get(i)) {
                        absent.add(part.get(i));
                      }
                    }
                    found.accept(absent);
                    done(whenAll);
                  }));
    }
    done(whenAll);
  }

  private void done(Runnable whenAll) {
    if (--out == 0) {
      whenAll.run();
    }
  }
}
