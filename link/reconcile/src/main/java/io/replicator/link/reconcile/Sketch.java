package io.replicator.link.reconcile;

import java.util.Arrays;

/**
 * The first symbols of a set of keys with values. Adding and taking out commute, and the sketch of
 * the difference of two sets is the difference of their sketches.
 *
 * <pre>
 *   of the keys in a symbol       id   = h(key),  mark = h(key, value)
 *     keys    Σ id · mark         modulo 2^61 - 1
 *     marks   Σ mark              modulo 2^32
 *     checks  Σ c(id) · mark      modulo 65,521
 *     and in the first 1,024:     wides Σ w(id) · mark modulo 2^32, count, Σ ±1 by mark
 * </pre>
 *
 * A key with another value leaves id · (mark' - mark) and mark' - mark: one division gives its id.
 * So a changed key is one difference, not two.
 */
public final class Sketch {
  long[] keys;
  int[] marks;
  char[] checks;
  final int[] wides = new int[Symbols.HEAD];
  final int[] counts = new int[Symbols.HEAD];
  final int[] signs = new int[Symbols.HEAD];
  private int size;

  public Sketch(int size) {
    this.keys = new long[size];
    this.marks = new int[size];
    this.checks = new char[size];
    this.size = size;
  }

  public int size() {
    return size;
  }

  public long memoryBytes() {
    return 14L * keys.length + 12L * Symbols.HEAD;
  }

  /** The set has one more key. */
  public void add(long id, int mark) {
    put(id, mark, 0, size, 1);
  }

  /** The set has the key with this mark no more. */
  public void remove(long id, int mark) {
    put(id, mark, 0, size, -1);
  }

  /**
   * Makes the sketch longer.
   *
   * @param ids of what was added and not removed, in any order; 0 = no key
   * @param valueHashes what it holds
   * @param hasher of this thread, under the set's salt
   */
  public void extend(
      int newSize, long[] ids, long[] valueHashes, int from, int to, ItemHasher hasher) {
    int before = size;
    grow(newSize);
    for (int i = from; i < to; i++) {
      if (ids[i] != 0) {
        put(ids[i], ItemHasher.mark(hasher.item(ids[i], valueHashes[i])), before, size, 1);
      }
    }
  }

  private void grow(int newSize) {
    if (newSize > size) {
      keys = Arrays.copyOf(keys, newSize);
      marks = Arrays.copyOf(marks, newSize);
      checks = Arrays.copyOf(checks, newSize);
      size = newSize;
    }
  }

  /** Forgets the last symbols. */
  void shorten(int newSize) {
    size = Math.min(size, newSize);
  }

  public Sketch copy() {
    Sketch copy = new Sketch(0);
    copy.keys = keys.clone();
    copy.marks = marks.clone();
    copy.checks = checks.clone();
    System.arraycopy(wides, 0, copy.wides, 0, wides.length);
    System.arraycopy(counts, 0, copy.counts, 0, counts.length);
    System.arraycopy(signs, 0, copy.signs, 0, signs.length);
    copy.size = size;
    return copy;
  }

  private void put(long id, int mark, int fromSymbol, int toSymbol, int times) {
    long mixed = Symbols.mixed(id);
    int addedMark = times * mark;
    long addedKey = Field.multiply(id, Field.of(addedMark));
    int addedCheck = Symbols.check(mixed, addedMark);
    int index = 0;
    long state = Symbols.start(id);
    while (index < toSymbol) {
      if (index >= fromSymbol) {
        keys[index] = Field.add(keys[index], addedKey);
        marks[index] += addedMark;
        checks[index] = (char) ((checks[index] + addedCheck) % Symbols.CHECK_PRIME);
        if (index < Symbols.HEAD) {
          wides[index] += Symbols.wide(mixed, addedMark);
          counts[index] += times;
          signs[index] += times * Symbols.sign(mark);
        }
      }
      index = Symbols.next(index, state);
      state = Symbols.advance(state);
    }
  }
}
