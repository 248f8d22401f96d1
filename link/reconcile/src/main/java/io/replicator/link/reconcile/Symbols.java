package io.replicator.link.reconcile;

/**
 * The rule by which keys are put into coded symbols: which symbols an id is in, and its checks.
 * Only additions, multiplications, divisions and square roots of doubles are used, which every IEEE
 * 754 machine rounds alike, so that all languages find the same indexes.
 *
 * <p>An id is in symbol i with probability 1 / (1 + i/2): in symbol 0 always, in the first m of
 * them about 2 ln m times. So a prefix of any length that is long enough for the difference decodes
 * it (about 1.36 symbols a key that differs), and whoever sends need not know how large it is.
 */
final class Symbols {
  /** No symbol has a greater index. */
  static final int MAX_INDEX = 1 << 30;

  /** The first symbols are in too many keys for a short check, and tell how much differs. */
  static final int HEAD = 1024;

  /** The prime below 2^16 that short checks are taken modulo. */
  static final int CHECK_PRIME = 65_521;

  private static final long MULTIPLIER = 0xda942042e4dd58b5L;

  /** 2^26.5: the square root of 2^53, which makes of 53 random bits a number from 0 to 1. */
  private static final double ROOT = 94906265.62425156;

  private Symbols() {}

  /** The state of the walk behind the first symbol; then {@link #advance} each time. */
  static long start(long id) {
    return id * MULTIPLIER;
  }

  static long advance(long state) {
    return state * MULTIPLIER;
  }

  /** The symbol after {@code index} that an id in this state is in. */
  static int next(int index, long state) {
    double random = (double) ((state >>> 11) + 1);
    double jump = (index + 1.5) * (ROOT / Math.sqrt(random) - 1.0);
    return jump >= MAX_INDEX - index - 1 ? MAX_INDEX : index + 1 + (int) jump;
  }

  /** 64 bits of the id that are independent of its place in sums (splitmix64's last steps). */
  static long mixed(long id) {
    long z = id + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** What a mark counts for in the check of a symbol: the upper half, modulo the prime. */
  static int check(long mixed, int mark) {
    return (int) Math.floorMod((mixed >>> 32) % CHECK_PRIME * mark, (long) CHECK_PRIME);
  }

  /** The same in the wide check of the first symbols: the lower half, modulo 2^32. */
  static int wide(long mixed, int mark) {
    return (int) mixed * mark;
  }

  /** Plus or minus one, by the mark: two values of a key mostly do not cancel each other. */
  static int sign(int mark) {
    return ((mark & 1) << 1) - 1;
  }

  /** Whether the id is in this symbol: walks there. */
  static boolean isIn(long id, int symbol) {
    int index = 0;
    for (long state = start(id); index < symbol; state = advance(state)) {
      index = next(index, state);
    }
    return index == symbol;
  }

  /** About how many of so many keys are in this symbol: what a count is told against. */
  static int expected(long items, int index) {
    return (int) Math.floor(items / (1.0 + index / 2.0) + 0.5);
  }

  static double density(int index) {
    return 1.0 / (1.0 + index / 2.0);
  }
}
