package io.replicator.link.reconcile;

import java.util.Arrays;

/**
 * Items found, each waiting at the next symbol it is in: a heap, the nearest first, so that a
 * symbol that comes later is rid of them.
 */
final class Walkers {
  private int[] indexes = new int[16];
  private long[] items = new long[16];
  private long[] states = new long[16];
  private byte[] sides = new byte[16];
  private int size;

  /** The nearest symbol; {@link Integer#MAX_VALUE} = there is none. */
  int next() {
    return size == 0 ? Integer.MAX_VALUE : indexes[0];
  }

  long item() {
    return items[0];
  }

  int side() {
    return sides[0];
  }

  void add(int index, long item, long state, int side) {
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size * 2);
      items = Arrays.copyOf(items, size * 2);
      states = Arrays.copyOf(states, size * 2);
      sides = Arrays.copyOf(sides, size * 2);
    }
    int at = size++;
    while (at > 0 && indexes[(at - 1) / 2] > index) {
      move((at - 1) / 2, at);
      at = (at - 1) / 2;
    }
    set(at, index, item, state, (byte) side);
  }

  /** The nearest walks on to its next symbol. */
  void advance() {
    int index = Symbols.next(indexes[0], states[0]);
    long state = Symbols.advance(states[0]);
    long item = items[0];
    byte side = sides[0];
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
    set(at, index, item, state, side);
  }

  private void move(int from, int to) {
    set(to, indexes[from], items[from], states[from], sides[from]);
  }

  private void set(int at, int index, long item, long state, byte side) {
    indexes[at] = index;
    items[at] = item;
    states[at] = state;
    sides[at] = side;
  }
}
