package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.link.wire.DatagramMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The datagrams of one feed that came and wait to be applied. While the targets are busy they are
 * merged: of a key only the newest goes on. Confined to the loop.
 */
final class FeedDatagrams {
  /** The most that wait; what comes then is as good as lost. */
  private static final int MAX_WAITING = 8192;

  private record Waiting(long number, Batch batch) {}

  /**
   * What is applied together.
   *
   * @param numbers of the datagrams that are applied with it
   * @param changes newer than what is at the targets, each key once; perhaps none
   */
  record Taken(List<Long> numbers, List<Change> changes, long readVersion) {}

  private final AppliedVersions applied = new AppliedVersions();
  private final List<Waiting> waiting = new ArrayList<>();
  private boolean on;
  private long first;
  private long staleDatagrams;
  private long staleEntries;

  /** The hub says how live changes travel from here on. */
  void mode(DatagramMode mode) {
    on = mode.getOn();
    first = mode.getFirst();
    waiting.removeIf(datagram -> !on || datagram.number < first);
    applied.passed(mode.getPassed());
  }

  boolean isOn() {
    return on;
  }

  /** Datagrams that came when they were not wanted any more. */
  long staleDatagrams() {
    return staleDatagrams;
  }

  /** Entries of datagrams that were not newer than what was there. */
  long staleEntries() {
    return staleEntries;
  }

  /** Whether it counts: the hub will be told that it came, and later that it is applied. */
  boolean accepts(long number) {
    boolean accepted = on && number >= first && waiting.size() < MAX_WAITING;
    if (!accepted) {
      staleDatagrams++;
    }
    return accepted;
  }

  void arrived(long number, long passed, Batch batch) {
    waiting.add(new Waiting(number, batch));
    applied.passed(passed);
  }

  /** It was taken in and is of another history. */
  void wasStale() {
    staleDatagrams++;
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  int waiting() {
    return waiting.size();
  }

  Taken take() {
    List<Long> numbers = new ArrayList<>(waiting.size());
    Map<Key, Change> newest = new LinkedHashMap<>();
    long readVersion = 0;
    for (Waiting datagram : waiting) {
      numbers.add(datagram.number);
      readVersion = Math.max(readVersion, datagram.batch.readVersion());
      for (Change change : datagram.batch.changes()) {
        Change before = newest.get(change.key());
        boolean better = before == null || before.version() < change.version();
        if (better && applied.isNew(change)) {
          newest.put(change.key(), change);
        } else {
          staleEntries++;
        }
      }
    }
    waiting.clear();
    List<Change> changes = List.copyOf(newest.values());
    applied.remember(changes);
    return new Taken(numbers, changes, readVersion);
  }

  /** Of a batch of the live lane that came in blocks: what is newer than what is there. */
  List<Change> newerOnly(Batch live) {
    List<Change> kept = applied.newerOnly(live.changes());
    if (on) {
      applied.remember(kept, live.readVersion());
    }
    return kept;
  }

  /**
   * A batch of the backfill lane is applied. A value in parts, alone in its batch, may have been
   * read again since its key was chosen: a datagram that was read in between is older (I3).
   */
  void backfilled(Batch backfill) {
    if (on && backfill.changes().size() == 1) {
      applied.remember(backfill.changes(), backfill.readVersion());
    }
  }

  /** Another history begins. */
  void forget() {
    applied.clear();
    waiting.clear();
  }
}
