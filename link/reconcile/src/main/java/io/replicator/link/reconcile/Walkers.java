package io.replicator.link.reconcile;

import java.util.Arrays;

/**
 * Keys found, each waiting at the next symbol it is in: a heap, the nearest first, so that a symbol
 * that comes later is rid of them.
 */
final class Walkers {
  private int[] indexes = new int[16];
  private long[] ids = new long[16];
  private long[] states = new long[16];
  private int[] deltas = new int[16];
  private int size;

  /** The nearest symbol; {@link Integer#MAX_VALUE} = there is none. */
  int next() {
    return size == 0 ? Integer.MAX_VALUE : indexes[0];
  }

  long id() {
    return ids[0];
  }

  int delta() {
    return deltas[0];
  }

  void add(int index, long id, long state, int delta) {
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size * 2);
      ids = Arrays.copyOf(ids, size * 2);
      states = Arrays.copyOf(states, size * 2);
      deltas = Arrays.copyOf(deltas, size * 2);
    }
    int at = size++;
    while (at > 0 && indexes[(at - 1) / 2] > index) {
      move((at - 1) / 2, at);
      at = (at - 1) / 2;
    }
    set(at, index, id, state, delta);
  }

  /** The nearest walks on to its next symbol. */
  void advance() {
    int index = Symbols.next(indexes[0], states[0]);
    long state = Symbols.advance(states[0]);
    long id = ids[0];
    int delta = deltas[0];
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child + 1 < size && indexes[child + 1] < indexes[child]) {
        child++;
      }
      if (child >= size || indexes[child] >= index) {
        break;
      }
      move(child, at);
      at = child;
    }
    set(at, index, id, state, delta);
  }

  private void move(int from, int to) {
    set(to, indexes[from], ids[from], states[from], deltas[from]);
  }

  private void set(int at, int index, long id, long state, int delta) {
    indexes[at] = index;
    ids[at] = id;
    states[at] = state;
    deltas[at] = delta;
  }
}
