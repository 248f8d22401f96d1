package io.replicator.link.reconcile;

/**
 * The arithmetic that chooses how the rest of a difference is found: by more symbols, by a listing
 * of all items, or not at all because nearly everything has to come anyway.
 */
public final class Costs {
  /** Symbols a key that differs takes, from many on. */
  public static final double SYMBOLS_A_DIFFERENCE = 1.36;

  /** The first symbols: enough for a small difference, and an estimate of a large one. */
  public static final int FIRST_SYMBOLS = 128;

  /** With so many symbols the estimate is good to a twentieth, and does not become better. */
  public static final int HEAD_SYMBOLS = Symbols.HEAD;

  /** Bytes of a symbol on the wire, behind the first ones. */
  public static final double SYMBOL_BYTES = 14;

  /** Bytes of an item in a listing. */
  public static final int ITEM_BYTES = 8;

  /** What to do. */
  public enum Way {
    SYMBOLS,
    LISTING,
    SNAPSHOT
  }

  private Costs() {}

  /**
   * @param differences how much differs, about
   * @param theirs items at the hub
   * @param ours items here
   */
  public static Way choose(Estimate differences, long theirs, long ours) {
    // What is lacking here, if the two sides of the difference stand in line with the set sizes.
    double lacking = differences.changed() + (differences.single() + theirs - ours) / 2.0;
    if (theirs == 0) {
      return Way.SYMBOLS;
    }
    if (lacking >= 0.9 * theirs) {
      return Way.SNAPSHOT;
    }
    double symbols = differences.all() * SYMBOLS_A_DIFFERENCE * SYMBOL_BYTES;
    return symbols > (double) theirs * ITEM_BYTES ? Way.LISTING : Way.SYMBOLS;
  }

  /**
   * How many symbols to ask for in all, when so many are there and this is the estimate. Small
   * differences have a long tail (10 differences need 8 symbols each in one of a thousand cases);
   * what is asked for in vain costs bytes, what is missing costs a round trip. Where the estimate
   * will become better while symbols arrive, fewer are asked for than are needed.
   */
  public static int symbolsFor(long differences, int have) {
    if (have == 0) {
      return FIRST_SYMBOLS;
    }
    double needed = differences * SYMBOLS_A_DIFFERENCE;
    double step;
    if (have >= HEAD_SYMBOLS) {
      step = Math.max(needed * 1.03, have + have / 25.0 + 64);
    } else if (needed * 1.2 + 32 <= HEAD_SYMBOLS) {
      step = Math.max(needed * 1.2 + 32, have + 64.0);
    } else {
      step = Math.max(HEAD_SYMBOLS, needed * 0.75);
    }
    return (int) Math.min(step, Symbols.MAX_INDEX - 1);
  }
}
