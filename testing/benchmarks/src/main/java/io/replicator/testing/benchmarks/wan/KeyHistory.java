package io.replicator.testing.benchmarks.wan;

import java.util.Arrays;

/**
 * When each key was changed for the first, second, … time: so that of what a target shows it can be
 * told since when it is out of date. Thread-safe.
 */
final class KeyHistory {
  private final long[][] nanos;
  private final int[] last;

  /**
   * @param keys every key begins at change 0, made now
   */
  KeyHistory(int keys) {
    nanos = new long[keys][8];
    last = new int[keys];
  }

  /** Key is changed at this moment; returns the number of the change. */
  synchronized int changed(int key, long atNanos) {
    int change = ++last[key];
    if (change == nanos[key].length) {
      nanos[key] = Arrays.copyOf(nanos[key], 2 * change);
    }
    nanos[key][change] = atNanos;
    return change;
  }

  synchronized int last(int key) {
    return last[key];
  }

  /**
   * How long what shows this change has been out of date: since the change after it, 0 = it is the
   * newest.
   */
  synchronized long staleNanos(int key, int change, long nowNanos) {
    return change >= last[key] ? 0 : Math.max(0, nowNanos - nanos[key][change + 1]);
  }
}
