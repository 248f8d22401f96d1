package io.replicator.link.reconcile;

import java.util.Arrays;

/** The symbols of a difference, out of which keys are taken. */
final class Cells {
  private long[] keys = new long[64];
  private int[] marks = new int[64];
  private char[] checks = new char[64];
  private final int[] wides = new int[Symbols.HEAD];

  /** As they came: what is found is not taken out of them. */
  private final int[] counts = new int[Symbols.HEAD];

  private final int[] signs = new int[Symbols.HEAD];
  private int size;

  int size() {
    return size;
  }

  int marks(int cell) {
    return marks[cell];
  }

  /** The next symbol: number i of the run, less the same of our own. */
  void append(Sketch run, int i, Sketch own) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      marks = Arrays.copyOf(marks, size * 2);
      checks = Arrays.copyOf(checks, size * 2);
    }
    keys[size] = Field.subtract(run.keys[i], own.keys[size]);
    marks[size] = run.marks[i] - own.marks[size];
    checks[size] =
        (char) ((run.checks[i] - own.checks[size] + Symbols.CHECK_PRIME) % Symbols.CHECK_PRIME);
    if (size < Symbols.HEAD) {
      wides[size] = run.wides[size] - own.wides[size];
      counts[size] = run.counts[size] - own.counts[size];
      signs[size] = run.signs[size] - own.signs[size];
    }
    size++;
  }

  boolean isEmpty(int cell) {
    return keys[cell] == 0
        && marks[cell] == 0
        && checks[cell] == 0
        && (cell >= Symbols.HEAD || wides[cell] == 0);
  }

  boolean areEmpty() {
    for (int i = 0; i < size; i++) {
      if (!isEmpty(i)) {
        return false;
      }
    }
    return true;
  }

  /** The id of the only key in this cell; 0 = there is none, or there are several. */
  long onlyId(int cell) {
    int delta = marks[cell];
    if (delta == 0 || delta == Integer.MIN_VALUE || keys[cell] == 0) {
      return 0;
    }
    long id = Field.multiply(keys[cell], Field.inverse(delta));
    long mixed = Symbols.mixed(id);
    boolean fits =
        Symbols.check(mixed, delta) == checks[cell]
            && (cell >= Symbols.HEAD || Symbols.wide(mixed, delta) == wides[cell])
            && Symbols.isIn(id, cell);
    return fits ? id : 0;
  }

  /** Takes a key out of a cell that it is in. */
  void take(int cell, long id, int delta) {
    long mixed = Symbols.mixed(id);
    keys[cell] = Field.subtract(keys[cell], Field.multiply(id, Field.of(delta)));
    marks[cell] -= delta;
    checks[cell] =
        (char)
            ((checks[cell] - Symbols.check(mixed, delta) + Symbols.CHECK_PRIME)
                % Symbols.CHECK_PRIME);
    if (cell < Symbols.HEAD) {
      wides[cell] -= Symbols.wide(mixed, delta);
    }
  }

  Estimate estimate() {
    return Estimate.of(counts, signs, Math.min(size, Symbols.HEAD));
  }
}
