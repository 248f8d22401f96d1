package io.replicator.link.reconcile;

/** Numbers modulo the prime 2^61 - 1, in which whatever is not zero can be divided by. */
final class Field {
  static final long PRIME = (1L << 61) - 1;

  private Field() {}

  /** Of a number from 0 to 2^62 - 1. */
  private static long reduce(long number) {
    long folded = (number & PRIME) + (number >>> 61);
    return folded >= PRIME ? folded - PRIME : folded;
  }

  static long add(long one, long other) {
    return reduce(one + other);
  }

  static long subtract(long one, long other) {
    long difference = one - other;
    return difference < 0 ? difference + PRIME : difference;
  }

  static long multiply(long one, long other) {
    long low = one * other;
    long high = Math.multiplyHigh(one, other);
    return reduce((low & PRIME) + (high << 3 | low >>> 61));
  }

  /** Of an integer of any sign. */
  static long of(int number) {
    return number < 0 ? number + PRIME : number;
  }

  /** The number that gives 1 when multiplied with this one, which is not 0 (Euclid, extended). */
  static long inverse(int number) {
    long divisor = Math.abs((long) number);
    long rest = PRIME;
    long ofRest = 0;
    long ofDivisor = 1;
    while (divisor > 1) {
      long times = rest / divisor;
      long next = rest - times * divisor;
      long ofNext = subtract(ofRest, multiply(times, ofDivisor));
      rest = divisor;
      ofRest = ofDivisor;
      divisor = next;
      ofDivisor = ofNext;
    }
    return number < 0 ? PRIME - ofDivisor : ofDivisor;
  }
}
