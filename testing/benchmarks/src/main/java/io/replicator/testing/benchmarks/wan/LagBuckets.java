package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lags counted in buckets that grow by a twentieth: small enough to be printed by another process
 * and added up here. Confined to one thread.
 */
final class LagBuckets {
  private static final double GROWTH = 1.05;
  private static final double FIRST_MILLIS = 0.01;
  private static final int BUCKETS = 400;

  private final long[] counts = new long[BUCKETS];

  void add(double millis) {
    counts[bucket(millis)]++;
  }

  private static int bucket(double millis) {
    double steps = Math.log(Math.max(millis, FIRST_MILLIS) / FIRST_MILLIS) / Math.log(GROWTH);
    return Math.clamp((long) Math.ceil(steps - 1e-9), 0, BUCKETS - 1);
  }

  /** The upper bound of a bucket. */
  private static double millis(int bucket) {
    return FIRST_MILLIS * Math.pow(GROWTH, bucket);
  }

  long count() {
    long count = 0;
    for (long one : counts) {
      count += one;
    }
    return count;
  }

  /** The bound below which this share lies, NaN = nothing was counted. */
  double percentile(double share) {
    long wanted = (long) Math.ceil(share * count());
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += counts[i];
      if (seen >= wanted && seen > 0) {
        return millis(i);
      }
    }
    return Double.NaN;
  }

  /** "17:3,18:250": bucket and count of those that are not empty. */
  String text() {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < BUCKETS; i++) {
      if (counts[i] > 0) {
        parts.add(i + ":" + counts[i]);
      }
    }
    return parts.stream().collect(Collectors.joining(","));
  }

  /** Adds what another one's {@link #text} says. */
  void add(String text) {
    for (String part : text.isBlank() ? new String[0] : text.strip().split(",", -1)) {
      int colon = part.indexOf(':');
      counts[Integer.parseInt(part.substring(0, colon))] +=
          Long.parseLong(part.substring(colon + 1));
    }
  }

  void clear() {
    java.util.Arrays.fill(counts, 0);
  }
}
