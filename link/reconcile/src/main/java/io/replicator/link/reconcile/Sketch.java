package io.replicator.link.reconcile;

import java.util.Arrays;

/**
 * The first symbols of a set: of each the exclusive or of its items, of their checksums, and their
 * number. Adding and taking out commute, and the sketch of the difference of two sets is the
 * difference of their sketches.
 */
public final class Sketch {
  long[] sums;
  int[] checks;
  int[] counts;
  private int size;

  public Sketch(int size) {
    this.sums = new long[size];
    this.checks = new int[size];
    this.counts = new int[size];
    this.size = size;
  }

  public int size() {
    return size;
  }

  public long memoryBytes() {
    return 16L * sums.length;
  }

  /** The set has one more item. */
  public void add(long item) {
    put(item, 0, size, 1);
  }

  /** The set has the item no more. */
  public void remove(long item) {
    put(item, 0, size, -1);
  }

  /**
   * Makes the sketch longer.
   *
   * @param items what was added and not removed, in any order; 0 = no item
   */
  public void extend(int newSize, long[] items, int from, int to) {
    int before = size;
    grow(newSize);
    fill(before, newSize, items, from, to);
  }

  /** Room for more symbols, empty. */
  public void grow(int newSize) {
    if (newSize > size) {
      sums = Arrays.copyOf(sums, newSize);
      checks = Arrays.copyOf(checks, newSize);
      counts = Arrays.copyOf(counts, newSize);
      size = newSize;
    }
  }

  /** Adds items to the symbols of this range only. */
  public void fill(int fromSymbol, int toSymbol, long[] items, int from, int to) {
    for (int i = from; i < to; i++) {
      if (items[i] != 0) {
        put(items[i], fromSymbol, toSymbol, 1);
      }
    }
  }

  /** Forgets the last symbols. */
  void shorten(int newSize) {
    size = Math.min(size, newSize);
  }

  public Sketch copy() {
    Sketch copy = new Sketch(0);
    copy.sums = sums.clone();
    copy.checks = checks.clone();
    copy.counts = counts.clone();
    copy.size = size;
    return copy;
  }

  private void put(long item, int fromSymbol, int toSymbol, int sign) {
    int check = Symbols.check(item);
    int index = 0;
    long state = Symbols.start(item);
    while (index < toSymbol) {
      if (index >= fromSymbol) {
        sums[index] ^= item;
        checks[index] ^= check;
        counts[index] += sign;
      }
      index = Symbols.next(index, state);
      state = Symbols.advance(state);
    }
  }
}
