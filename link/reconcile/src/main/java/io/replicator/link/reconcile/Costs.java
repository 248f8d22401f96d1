package io.replicator.link.reconcile;

/**
 * The arithmetic that chooses how the rest of a difference is found: by more symbols, by a listing
 * of all items, or not at all because nearly everything has to come anyway.
 */
public final class Costs {
  /** Symbols a difference takes, from many on. */
  public static final double SYMBOLS_A_DIFFERENCE = 1.36;

  /** The first symbols: enough for a small difference, and a good estimate of a large one. */
  public static final int FIRST_SYMBOLS = 128;

  /** Bytes of a symbol on the wire, about. */
  public static final double SYMBOL_BYTES = 13.1;

  /** Bytes of an item in a listing or in a list of what is wanted. */
  public static final int ITEM_BYTES = 8;

  /** What to do. */
  public enum Way {
    SYMBOLS,
    LISTING,
    SNAPSHOT
  }

  private Costs() {}

  /**
   * @param differences how many there are, about
   * @param theirs items at the hub
   * @param ours items here
   */
  public static Way choose(long differences, long theirs, long ours) {
    // What is lacking here, if the two sides of the difference stand in line with the set sizes.
    double lacking = (differences + theirs - ours) / 2.0;
    if (theirs == 0) {
      return Way.SYMBOLS;
    }
    if (lacking >= 0.9 * theirs) {
      return Way.SNAPSHOT;
    }
    double symbols = differences * SYMBOLS_A_DIFFERENCE * SYMBOL_BYTES;
    return symbols > (double) theirs * ITEM_BYTES ? Way.LISTING : Way.SYMBOLS;
  }

  /**
   * How many symbols to ask for in all, when so many are there and this is the estimate. Small
   * differences have a long tail (10 differences need 8 symbols each in one of a thousand cases);
   * what is asked for in vain costs bytes, what is missing costs a round trip.
   */
  public static int symbolsFor(long differences, int have) {
    if (have == 0) {
      return FIRST_SYMBOLS;
    }
    double wanted = differences * 1.2 * SYMBOLS_A_DIFFERENCE + 32;
    double step = Math.max(wanted, have + Math.max(64, have / 8.0));
    return (int) Math.min(step, Symbols.MAX_INDEX - 1);
  }
}
