package io.replicator.link.reconcile;

/**
 * About how much differs between two sets, from the counts of their first symbols.
 *
 * <pre>
 *   key                    its count in the difference    its sign     squares on average
 *   on one side only       ±1                             ±1           1 and 1
 *   with two values         0                             0 or ±2      0 and 2
 * </pre>
 *
 * <p>Symbol 0 says by how much the one set is larger, D. The count of symbol i is a sum of d times
 * plus or minus one, each there with probability p = 1 / (1 + i/2): its mean is D p, its variance d
 * p (1 - p). So each count is a measurement of d; the sketch itself is the estimator. The same for
 * signs.
 *
 * @param changed keys that both have, with two values
 * @param single keys that only one side has
 */
public record Estimate(long changed, long single) {
  /** Symbols before are in too many keys' walks to be independent. */
  private static final int FIRST = 4;

  /** No set is larger; what says so is nonsense. */
  private static final double MOST = Integer.MAX_VALUE;

  public static final Estimate NOTHING = new Estimate(0, 0);

  static Estimate of(int[] counts, int[] signs, int size) {
    if (size <= FIRST) {
      return NOTHING;
    }
    double single = variance(counts, size);
    double both = variance(signs, size);
    return new Estimate(
        Math.round(Math.clamp((both - single) / 2, 0, MOST)),
        Math.round(Math.clamp(single, Math.min(MOST, Math.abs((double) counts[0])), MOST)));
  }

  private static double variance(int[] sums, int size) {
    double sum = 0;
    for (int i = FIRST; i < size; i++) {
      double density = Symbols.density(i);
      double off = sums[i] - sums[0] * density;
      sum += off * off / (density * (1 - density));
    }
    return sum / (size - FIRST);
  }

  public long all() {
    return changed + single;
  }
}
