package io.replicator.link.reconcile;

import java.util.Arrays;

/**
 * Finds the difference of two sets from the symbols of the one and the sketch of the other, symbol
 * by symbol.
 *
 * <pre>
 *   symbol i of the hub − symbol i of our own = symbol i of the difference
 *   a symbol with one key left gives it away (keys / marks = id, the checks fit, it belongs there) …
 *   … the key is taken out of all symbols it is in, which leaves others with one key …
 *   … until symbol 0, in which every key is, is empty: nothing is left
 * </pre>
 *
 * Each key found empties one symbol, or the symbols are not what they claim to be: so what it
 * finds, and what it costs, is bounded by the number of symbols given. What only seemed to be a key
 * is left in its symbols with the sign turned, and is found once more and taken back.
 */
public final class Decoder {
  /** How far it is. */
  public enum State {
    /** More symbols are needed. */
    HUNGRY,
    /** The difference is known. */
    DECODED,
    /** These symbols contradict themselves: they are no sketch of a set. */
    STUCK
  }

  private final long items;
  private final Cells cells = new Cells();
  private final Walkers walkers = new Walkers();
  private final Found found = new Found();
  private int[] pure = new int[16];
  private int pures;
  private State state = State.HUNGRY;

  /**
   * @param items number of items of the far set, as it was told
   */
  public Decoder(long items) {
    this.items = items;
  }

  /** Symbols taken so far. */
  public int symbols() {
    return cells.size();
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
    int first = cells.size();
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
      int index = first + i;
      cells.append(run, i, own);
      while (walkers.next() == index) {
        cells.take(index, walkers.id(), walkers.delta());
        walkers.advance();
      }
      offer(index);
      peel();
      if (state == State.HUNGRY && cells.isEmpty(0)) {
        state = cells.areEmpty() ? State.DECODED : State.STUCK;
      }
    }
    return state;
  }

  /** Ids of the keys that differ. */
  public long[] ids() {
    return found.ids();
  }

  /** For each of them: the far set's mark, 0 = it has none, less our own, 0 = we have none. */
  public int[] deltas() {
    return found.deltas();
  }

  /** About how much differs, from the counts of the first symbols; known exactly once decoded. */
  public Estimate estimate() {
    return state == State.DECODED ? new Estimate(found.size(), 0) : cells.estimate();
  }

  private void peel() {
    while (pures > 0) {
      int cell = pure[--pures];
      long id = cells.onlyId(cell); // once more: it may have been emptied meanwhile
      if (id == 0) {
        continue;
      }
      if (found.times() >= cells.size()) {
        state = State.STUCK;
        return;
      }
      found(id, cells.marks(cell));
    }
  }

  private void found(long id, int delta) {
    found.add(id, delta);
    int index = 0;
    long walk = Symbols.start(id);
    while (index < cells.size()) {
      cells.take(index, id, delta);
      offer(index);
      index = Symbols.next(index, walk);
      walk = Symbols.advance(walk);
    }
    walkers.add(index, id, walk, delta);
  }

  private void offer(int cell) {
    if (cells.onlyId(cell) != 0) {
      if (pures == pure.length) {
        pure = Arrays.copyOf(pure, pures * 2);
      }
      pure[pures++] = cell;
    }
  }
}
