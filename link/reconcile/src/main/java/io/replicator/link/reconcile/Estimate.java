package io.replicator.link.reconcile;

/**
 * About how large a difference is, from the counts of its first symbols.
 *
 * <p>Symbol 0 says by how much the one set is larger, D. The count of symbol i is a sum of d times
 * plus or minus one, each there with probability p = 1 / (1 + i/2): its mean is D p, its variance d
 * p (1 - p). So each count is a measurement of d; the sketch itself is the estimator.
 */
final class Estimate {
  /** Symbols before are in too many items' walks to be independent. */
  private static final int FIRST = 4;

  private Estimate() {}

  static long of(int[] counts, int size) {
    if (size <= FIRST) {
      return 0;
    }
    double larger = counts[0];
    double sum = 0;
    for (int i = FIRST; i < size; i++) {
      double density = Symbols.density(i);
      double off = counts[i] - larger * density;
      sum += off * off / (density * (1 - density));
    }
    return (long) Math.max(Math.abs(larger), sum / (size - FIRST));
  }
}
