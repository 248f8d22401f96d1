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
  private static final long HINTS_LATE_NANOS = 500_000_000;

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

  /**
   * Whether this state came so soon after an absence that the hub may have been told of the absence
   * by a scan after it had read the state itself: then it says so, and is corrected by the hint. Of
   * 1500 seeds one or none needs this.
   */
  boolean mayBeOvertakenByAbsence(long state) {
    Long absence = absences.lower(state);
    Map.Entry<Long, Long> first = absence == null ? null : putNanos.higherEntry(absence);
    Long put = putNanos.get(state);
    return first != null && put != null && put - first.getValue() <= HINTS_LATE_NANOS;
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
