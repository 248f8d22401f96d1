package io.replicator.testing.simulation;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.link.transport.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One database of the application: what it holds, every state that each key was in, and, if it is
 * versioned, its chain. Outlives the hubs that read it.
 */
final class ModelDatabase {
  /** The version that changed a key last, and the state it gave it. */
  record Commit(long version, long state) {}

  private final Loop loop;
  private final int number;
  private final boolean versioned;
  private final int chainLength;
  private final TreeMap<Key, Held> values = new TreeMap<>();
  private final Map<Key, History> histories = new HashMap<>();
  private final TreeMap<Long, List<Key>> chain = new TreeMap<>();

  /** State of each key that each version gave, for I8; kept when the list itself is gone. */
  private final TreeMap<Long, Map<Key, Long>> committed = new TreeMap<>();

  private final TreeMap<Key, Commit> newest = new TreeMap<>();

  private long lastState;
  private long version;
  private @Nullable ModelSource source;

  /**
   * @param chainLength how many lists of the chain are kept
   */
  ModelDatabase(Loop loop, int number, boolean versioned, int chainLength) {
    this.loop = loop;
    this.number = number;
    this.versioned = versioned;
    this.chainLength = chainLength;
  }

  int number() {
    return number;
  }

  boolean versioned() {
    return versioned;
  }

  long version() {
    return version;
  }

  NavigableMap<Key, Held> values() {
    return values;
  }

  long nextState() {
    return lastState + 1;
  }

  History history(Key key) {
    return histories.computeIfAbsent(key, unknown -> new History());
  }

  /** The version's keys and the state it gave each. */
  NavigableMap<Long, Map<Key, Long>> committed() {
    return committed;
  }

  /** The last commit of each key. */
  NavigableMap<Key, Commit> newestCommits() {
    return newest;
  }

  /** Who captures changes now. */
  void capturedBy(ModelSource capturing) {
    source = capturing;
  }

  /** One change of a plain database; a null value removes. */
  void write(Key key, @Nullable Value value, long expiresAtMillis) {
    set(key, value, expiresAtMillis);
    tell(List.of(key));
  }

  private void set(Key key, @Nullable Value value, long expiresAtMillis) {
    long state = ++lastState;
    if (value == null) {
      values.remove(key);
      history(key).wasGone(state);
    } else {
      Held held = Held.of(value, expiresAtMillis, state);
      values.put(key, held);
      history(key).wasPut(held, loop.nowNanos());
    }
  }

  /** The next version of a versioned database; absent values remove. */
  void commit(Map<Key, Held> puts, List<Key> removes) {
    version++;
    Map<Key, Long> states = new TreeMap<>();
    puts.forEach((key, held) -> {
      set(key, held.value(), held.expiresAtMillis());
      states.put(key, lastState);
    });
    for (Key key : removes) {
      set(key, null, 0);
      states.put(key, lastState);
    }
    chain.put(version, List.copyOf(states.keySet()));
    committed.put(version, states);
    states.forEach((key, state) -> newest.put(key, new Commit(version, state)));
    while (chain.size() > chainLength) {
      chain.pollFirstEntry();
    }
    tell(List.of());
  }

  /** Empties a plain database. */
  void flush() {
    long state = ++lastState;
    values.keySet().forEach(key -> history(key).wasGone(state));
    values.clear();
    if (source != null) {
      source.flushed();
    }
  }

  /** Removes what is over by the wall clock, as Redis does before anybody reads. */
  void expire() {
    long now = loop.unixMillis();
    List<Key> over = new ArrayList<>();
    values.forEach((key, held) -> {
      if (held.isOver(now)) {
        over.add(key);
      }
    });
    for (Key key : over) {
      values.remove(key);
      history(key).wasGone(++lastState);
    }
    if (!versioned) {
      over.forEach(key -> tell(List.of(key)));
    }
  }

  private void tell(List<Key> keys) {
    if (source != null) {
      source.changed(keys);
    }
  }

  /** The lists of (from, to] that are still there. */
  List<VersionList> lists(long from, long to) {
    List<VersionList> found = new ArrayList<>();
    chain
        .subMap(from, false, Math.max(from, to), true)
        .forEach((n, keys) -> found.add(new VersionList(n, keys, 0)));
    return found;
  }

  /** All lists above it are there. */
  long chainHorizon() {
    return chain.isEmpty() ? version : chain.firstKey() - 1;
  }

  @Nullable Held get(Key key) {
    Held held = values.get(key);
    return held == null || held.isOver(loop.unixMillis()) ? null : held;
  }

  @Override
  public String toString() {
    return "database " + number + (versioned ? " at version " + version : "");
  }
}
