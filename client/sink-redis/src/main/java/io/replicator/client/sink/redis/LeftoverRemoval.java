package io.replicator.client.sink.redis;

import io.replicator.api.Counters;
import io.replicator.api.Key;
import io.replicator.api.Sink.Presence;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes from the target what an ended snapshot did not bring, page after page of SCAN. Each look
 * and each removal is a turn of the feed, so batches are applied in between; before a key is
 * removed it is looked up once more among those applied meanwhile.
 *
 * <pre>
 *   turn: SCAN a page, keep what the memory does not know
 *         ask the hub about it: a key that changed during the load may be owed by the live lane
 *   turn: UNLINK what the hub does not have and nobody applied since
 * </pre>
 */
final class LeftoverRemoval {
  private static final Logger LOG = LoggerFactory.getLogger(LeftoverRemoval.class);
  private static final int MAX_ASKED = 4096;

  private final FeedSession session;
  private final Presence presence;
  private final RedisSinkSettings settings;
  private final Counters<SinkCounter> counters;
  private final Names names;
  private final CompletableFuture<Long> result = new CompletableFuture<>();
  private long removed;

  /**
   * @param sure lists of another version chain at the target, surely left over
   * @param doubtful source keys the hub must be asked about
   */
  private record Candidates(
      byte[] scanned, OldData.Page page, List<byte[]> sure, List<Key> doubtful) {}

  LeftoverRemoval(
      FeedSession session,
      Presence presence,
      RedisSinkSettings settings,
      Counters<SinkCounter> counters) {
    this.session = session;
    this.presence = presence;
    this.settings = settings;
    this.counters = counters;
    this.names = session.names();
  }

  CompletableFuture<Long> run() {
    page(Names.ascii(0));
    return result;
  }

  private void page(byte[] cursor) {
    var _ =
        session
            .step(() -> look(cursor))
            .thenCompose(this::judged)
            .whenComplete((next, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else if (next.length == 1 && next[0] == '0') {
                end();
              } else {
                page(next);
              }
            });
  }

  private CompletionStage<Candidates> look(byte[] cursor) {
    session.memory().beginPage();
    return session
        .opened()
        .target()
        .send(OldData.Page.scan(cursor, names.scanPattern(), settings.scanCount()))
        .thenApply(reply -> candidates(cursor, OldData.Page.of(reply)));
  }

  private Candidates candidates(byte[] cursor, OldData.Page page) {
    List<byte[]> sure = new ArrayList<>();
    List<Key> doubtful = new ArrayList<>();
    boolean complete = session.memory().isComplete();
    for (byte[] target : page.keys()) {
      if (!concerns(target)) {
        continue;
      }
      byte[] source = names.atSource(target);
      if (isChain(source)) {
        if (isOldList(source, complete)) {
          sure.add(target);
        }
      } else {
        doubtful.add(Key.of(source));
      }
    }
    return new Candidates(cursor, page, sure, doubtful);
  }

  /** Whether the key is the feed's and nothing that was brought. */
  private boolean concerns(byte[] target) {
    if (Names.isOwn(target)
        || !names.hasPrefix(target)
        || (settings.localVersions() && Names.isChainKey(target))) {
      return false;
    }
    byte[] source = names.atSource(target);
    return !session.memory().wasApplied(source)
        && (isChain(source)
            || (session.feed().patterns().matches(source) && presence.covers(source)));
  }

  /** Whether the key is of the chain that the feed itself writes. */
  private boolean isChain(byte[] source) {
    return session.stored().chainVersion() >= 0 && Names.isChainKey(source);
  }

  /** A list of another history; what the snapshot's chain may have brought stays when in doubt. */
  private boolean isOldList(byte[] source, boolean complete) {
    long version = Names.chainVersion(source);
    return version >= 0 && (complete || version > session.stored().chainVersion());
  }

  /** The cursor of the next page. */
  private CompletionStage<byte[]> judged(Candidates candidates) {
    return absent(candidates.doubtful(), 0, new ArrayList<>(candidates.sure()))
        .thenCompose(leftovers -> session.step(() -> remove(candidates, leftovers)));
  }

  private CompletionStage<List<byte[]>> absent(List<Key> keys, int from, List<byte[]> leftovers) {
    if (from >= keys.size()) {
      return CompletableFuture.completedFuture(leftovers);
    }
    List<Key> asked = keys.subList(from, Math.min(from + MAX_ASKED, keys.size()));
    counters.add(SinkCounter.LEFTOVERS_ASKED, asked.size());
    return presence
        .present(asked)
        .thenCompose((BitSet present) -> {
          for (int i = 0; i < asked.size(); i++) {
            if (!present.get(i)) {
              leftovers.add(names.atTarget(asked.get(i).bytes()));
            }
          }
          return absent(keys, from + asked.size(), leftovers);
        });
  }

  private CompletionStage<byte[]> remove(Candidates candidates, List<byte[]> leftovers) {
    if (!session.memory().knowsPage()) {
      return CompletableFuture.completedFuture(candidates.scanned());
    }
    List<byte[]> gone = new ArrayList<>(leftovers.size());
    for (byte[] target : leftovers) {
      if (!session.memory().wasApplied(names.atSource(target))) {
        gone.add(target);
      }
    }
    if (gone.isEmpty()) {
      return CompletableFuture.completedFuture(candidates.page().next());
    }
    return session
        .remove(session.opened(), gone)
        .thenApply(done -> {
          removed += gone.size();
          counters.add(SinkCounter.LEFTOVERS_REMOVED, gone.size());
          return candidates.page().next();
        });
  }

  private void end() {
    var _ =
        session
            .step(() -> session.leftoversRemoved(session.opened()))
            .whenComplete((done, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
                return;
              }
              LOG.atInfo()
                  .addKeyValue("feed", session.feed().name())
                  .addKeyValue("removed", removed)
                  .log("leftovers of the snapshot removed");
              result.complete(removed);
            });
  }
}
