package io.replicator.link.reconcile;

import java.util.Arrays;

/**
 * Finds the difference of two sets from the symbols of the one and the items of the other, symbol
 * by symbol.
 *
 * <pre>
 *   symbol i of the hub − symbol i of our own = symbol i of the difference
 *   a symbol with one item left gives it away (its checksum fits, and it belongs there) …
 *   … the item is taken out of all symbols it is in, which leaves others with one item …
 *   … until symbol 0, in which every item is, is empty: nothing is left
 * </pre>
 *
 * Each item found empties one symbol for good, or the symbols are not what they claim to be: so
 * what it finds, and what it costs, is bounded by the number of symbols given.
 */
public final class Decoder {
  /** How far it is. */
  public enum State {
    /** More symbols are needed. */
    HUNGRY,
    /** Both sides are known. */
    DECODED,
    /** These symbols contradict themselves: they are no sketch of a set. */
    STUCK
  }

  private final long items;
  private final Difference cells = new Difference();
  private final Walkers walkers = new Walkers();
  private int[] pure = new int[16];
  private int pures;
  private State state = State.HUNGRY;
  private long[] onlyTheirs = new long[16];
  private long[] onlyOurs = new long[16];
  private int theirs;
  private int ours;

  /** Symbols of the difference. */
  private static final class Difference {
    private long[] sums = new long[64];
    private int[] checks = new int[64];
    private int[] counts = new int[64];
    private int size;

    private void append(long sum, int check, int count) {
      if (size == sums.length) {
        sums = Arrays.copyOf(sums, size * 2);
        checks = Arrays.copyOf(checks, size * 2);
        counts = Arrays.copyOf(counts, size * 2);
      }
      sums[size] = sum;
      checks[size] = check;
      counts[size++] = count;
    }

    private boolean isEmpty(int i) {
      return sums[i] == 0 && checks[i] == 0 && counts[i] == 0;
    }

    private boolean looksPure(int i) {
      return (counts[i] == 1 || counts[i] == -1) && checks[i] == Symbols.check(sums[i]);
    }
  }

  /**
   * @param items number of items of the far set, as it was told
   */
  public Decoder(long items) {
    this.items = items;
  }

  /** Symbols taken so far. */
  public int symbols() {
    return cells.size;
  }

  public State state() {
    return state;
  }

  /**
   * Takes the next run.
   *
   * @param own the sketch of our own set, at least as long as {@link #symbols} will be
   * @throws BadSymbols if these bytes are no run, or {@code own} is too short for it
   */
  public State take(byte[] bytes, Sketch own) {
    int first = cells.size;
    Sketch run = SymbolRun.decode(bytes, first, items);
    if (first + run.size() > own.size()) {
      throw new BadSymbols(
          "symbols up to "
              + (first + run.size())
              + " came, up to "
              + own.size()
              + " were asked for");
    }
    for (int i = 0; i < run.size() && state == State.HUNGRY; i++) {
      take(
          run.sums[i] ^ own.sums[first + i],
          run.checks[i] ^ own.checks[first + i],
          run.counts[i] - own.counts[first + i]);
    }
    return state;
  }

  /** Items that only the far set has. */
  public long[] onlyTheirs() {
    return Arrays.copyOf(onlyTheirs, theirs);
  }

  /** Items that only our own set has. */
  public long[] onlyOurs() {
    return Arrays.copyOf(onlyOurs, ours);
  }

  /**
   * About how many differences there are, from the counts of what came before anything was found;
   * good to a seventh with 128 symbols. 0 = nothing can be said.
   */
  public long estimate() {
    if (state == State.DECODED) {
      return theirs + (long) ours;
    }
    return Estimate.of(cells.counts, cells.size) + theirs + ours;
  }

  private void take(long sum, int check, int count) {
    int index = cells.size;
    cells.append(sum, check, count);
    while (walkers.next() == index) {
      toggle(index, walkers.item(), walkers.side());
      walkers.advance();
    }
    offer(index);
    peel();
    if (state == State.HUNGRY && cells.isEmpty(0)) {
      finish();
    }
  }

  /** Symbol 0 is empty, so the others have to be. */
  private void finish() {
    for (int i = 0; i < cells.size; i++) {
      if (!cells.isEmpty(i)) {
        state = State.STUCK;
        return;
      }
    }
    state = State.DECODED;
  }

  private void peel() {
    while (pures > 0) {
      int cell = pure[--pures];
      if (!cells.looksPure(cell)) {
        continue; // emptied meanwhile
      }
      long item = cells.sums[cell];
      if (item == 0 || !Symbols.isIn(item, cell)) {
        continue;
      }
      if (theirs + ours >= cells.size) {
        state = State.STUCK;
        return;
      }
      found(item, cells.counts[cell]);
    }
  }

  private void found(long item, int side) {
    if (side > 0) {
      onlyTheirs = room(onlyTheirs, theirs);
      onlyTheirs[theirs++] = item;
    } else {
      onlyOurs = room(onlyOurs, ours);
      onlyOurs[ours++] = item;
    }
    int index = 0;
    long walk = Symbols.start(item);
    while (index < cells.size) {
      toggle(index, item, side);
      offer(index);
      index = Symbols.next(index, walk);
      walk = Symbols.advance(walk);
    }
    walkers.add(index, item, walk, side);
  }

  private void toggle(int cell, long item, int side) {
    cells.sums[cell] ^= item;
    cells.checks[cell] ^= Symbols.check(item);
    cells.counts[cell] -= side;
  }

  private void offer(int cell) {
    if (cells.looksPure(cell)) {
      if (pures == pure.length) {
        pure = Arrays.copyOf(pure, pures * 2);
      }
      pure[pures++] = cell;
    }
  }

  private static long[] room(long[] array, int used) {
    return used == array.length ? Arrays.copyOf(array, used * 2) : array;
  }
}
