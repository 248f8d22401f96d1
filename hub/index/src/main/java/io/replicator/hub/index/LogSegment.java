package io.replicator.hub.index;

import org.jspecify.annotations.Nullable;

/**
 * A run of the version log: slots in order of version. As long as versions follow each other
 * without a gap only the first one is kept; from the first gap on, or the first version shared by
 * two keys, each entry has its distance to the first.
 */
final class LogSegment {
  private final int[] slots;
  private final long firstVersion;
  private int @Nullable [] distances;
  private int count;

  LogSegment(int size, long firstVersion) {
    this.slots = new int[size];
    this.firstVersion = firstVersion;
  }

  int count() {
    return count;
  }

  /** False if it is full or the version is too far from the first one. */
  boolean accepts(long version) {
    return count < slots.length && version - firstVersion <= Integer.MAX_VALUE;
  }

  void add(int slot, long version) {
    if (distances == null && version != firstVersion + count) {
      distances = new int[slots.length];
      for (int i = 0; i < count; i++) {
        distances[i] = i;
      }
    }
    if (distances != null) {
      distances[count] = (int) (version - firstVersion);
    }
    slots[count++] = slot;
  }

  int slot(int i) {
    return slots[i];
  }

  long version(int i) {
    return firstVersion + (distances == null ? i : distances[i]);
  }

  long lastVersion() {
    return version(count - 1);
  }

  /** The first entry, from {@code from} on, with a version above {@code after}. */
  int firstAbove(long after, int from) {
    int low = from;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (version(middle) > after) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  long memoryBytes() {
    return (long) slots.length * Integer.BYTES * (distances == null ? 1 : 2);
  }
}
