package io.replicator.testing.benchmarks.wan;

import java.util.Locale;

/** The most that a figure of Replicator's result should be. */
record Aim(String figure, double most) {
  boolean met(Result result) {
    return result.get(figure) <= most;
  }

  String text(Result result) {
    double value = result.get(figure);
    String found = Double.isNaN(value) ? "not measured" : met(result) ? "met" : "missed";
    return String.format(Locale.ROOT, "%s ≤ %s: %s", figure, number(most), found);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : Double.toString(value);
  }
}
