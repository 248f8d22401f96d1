package io.replicator.link.reconcile;

import java.util.Arrays;

/** Ids found so far with what their marks differ by: a table with open addressing. */
final class Found {
  private long[] ids = new long[32];
  private int[] deltas = new int[32];
  private int used;
  private int times;

  /** How often something was found, also the same again. */
  int times() {
    return times;
  }

  /** What was found once more counts together with what it was before. */
  void add(long id, int delta) {
    times++;
    int at = find(id);
    if (ids[at] == 0) {
      ids[at] = id;
      used++;
    }
    deltas[at] += delta;
    if (used * 2 > ids.length) {
      grow();
    }
  }

  private int find(long id) {
    int mask = ids.length - 1;
    int at = (int) (id >>> 20) & mask;
    while (ids[at] != 0 && ids[at] != id) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] oldIds = ids;
    int[] oldDeltas = deltas;
    ids = new long[oldIds.length * 2];
    deltas = new int[oldIds.length * 2];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != 0) {
        int at = find(oldIds[i]);
        ids[at] = oldIds[i];
        deltas[at] = oldDeltas[i];
      }
    }
  }

  /** How many there are, those not counted that were taken back. */
  int size() {
    return deltas().length;
  }

  long[] ids() {
    long[] all = new long[used];
    int n = 0;
    for (int i = 0; i < ids.length; i++) {
      if (deltas[i] != 0) {
        all[n++] = ids[i];
      }
    }
    return Arrays.copyOf(all, n);
  }

  /** In the order of {@link #ids}. */
  int[] deltas() {
    return Arrays.stream(deltas).filter(delta -> delta != 0).toArray();
  }
}
