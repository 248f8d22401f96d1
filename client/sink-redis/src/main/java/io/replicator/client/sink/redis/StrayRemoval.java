package io.replicator.client.sink.redis;

import io.replicator.api.Counters;
import io.replicator.api.Key;
import io.replicator.api.Sink.Presence;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Removes keys that a reconcile found at the target alone: asks the hub about a page of them, then,
 * in the feed's turn, removes those it does not have and no batch has brought meanwhile.
 */
final class StrayRemoval {
  private static final int MAX_ASKED = 4096;

  private final FeedSession session;
  private final Presence presence;
  private final Counters<SinkCounter> counters;
  private final List<Key> keys;
  private long removed;

  StrayRemoval(
      FeedSession session, Presence presence, Counters<SinkCounter> counters, List<Key> keys) {
    this.session = session;
    this.presence = presence;
    this.counters = counters;
    this.keys = List.copyOf(keys);
  }

  CompletableFuture<Long> run() {
    return page(0).toCompletableFuture();
  }

  private CompletionStage<Long> page(int from) {
    if (from >= keys.size()) {
      return CompletableFuture.completedFuture(removed);
    }
    List<Key> asked = keys.subList(from, Math.min(from + MAX_ASKED, keys.size()));
    return session
        .step(() -> {
          session.memory().watch();
          return CompletableFuture.completedFuture(true);
        })
        .thenCompose(watching -> presence.present(asked))
        .thenCompose(present -> session.step(() -> remove(asked, present)))
        .whenComplete((knows, failure) -> session.memory().unwatch())
        .thenCompose(knows -> page(knows ? from + asked.size() : from));
  }

  /** False if it is not known of everything applied meanwhile: then it is done again. */
  private CompletionStage<Boolean> remove(List<Key> asked, BitSet present) {
    if (!session.memory().knowsPage()) {
      return CompletableFuture.completedFuture(false);
    }
    List<byte[]> gone = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      byte[] source = asked.get(i).bytes();
      byte[] target = session.names().atTarget(source);
      if (!present.get(i) && !Names.isOwn(target) && !session.memory().wasApplied(source)) {
        gone.add(target);
      }
    }
    if (gone.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    counters.add(SinkCounter.STRAYS_REMOVED, gone.size());
    return session
        .remove(session.opened(), gone)
        .thenApply(replies -> {
          removed += gone.size();
          return true;
        });
  }
}
