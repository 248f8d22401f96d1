package io.replicator.testing.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every state that one key was in, by number: values by hash, and when it was absent. */
final class History {
  private final Map<Long, Long> stateOfHash = new HashMap<>();
  private final NavigableSet<Long> absences = new TreeSet<>();
  private final NavigableMap<Long, Long> putNanos = new TreeMap<>();

  History() {
    absences.add(0L);
  }

  void wasPut(Held held, long nowNanos) {
    putNanos.put(held.state(), nowNanos);
    stateOfHash.put(held.hash(), held.state());
  }

  void wasGone(long state) {
    absences.add(state);
  }

  /** The state that had this value, null if the key never held it. */
  @Nullable Long stateOf(long hash) {
    return stateOfHash.get(hash);
  }

  /** When the first value after this state was put, null if there is none. */
  @Nullable Long firstPutAfter(long state) {
    Map.Entry<Long, Long> next = putNanos.higherEntry(state);
    return next == null ? null : next.getValue();
  }

  /** The oldest absence at or after this state, null if it was there ever since. */
  @Nullable Long absenceFrom(long state) {
    return absences.ceiling(state);
  }
}
