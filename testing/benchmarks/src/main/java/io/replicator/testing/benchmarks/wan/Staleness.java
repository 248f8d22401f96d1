package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How stale a target was: samples over time, in milliseconds. However many there are, it takes a
 * histogram (three digits) and the worst of each tenth of a second. Confined to one thread at a
 * time.
 */
final class Staleness {
  private static final int PLOT_POINTS = 300;
  private static final double STRETCH_SECONDS = 0.1;

  /** One plotted point: the worst sample around this second. */
  record Point(double seconds, double value) {}

  private final Histogram micros = new Histogram(3);

  /** The worst of each stretch of time; -1 = no sample in it. */
  private double[] stretches = new double[0];

  private double worst;

  /**
   * Counts one sample.
   *
   * @param atSeconds since the begin, not negative
   */
  void add(double atSeconds, double staleMillis) {
    micros.recordValue(Math.max(0, Math.round(staleMillis * 1000)));
    worst = Math.max(worst, staleMillis);
    int at = (int) (atSeconds / STRETCH_SECONDS);
    if (at >= stretches.length) {
      int before = stretches.length;
      stretches = Arrays.copyOf(stretches, Math.max(1024, 2 * at));
      Arrays.fill(stretches, before, stretches.length, -1);
    }
    stretches[at] = Math.max(stretches[at], staleMillis);
  }

  /** Only for the worst: a peak between two samples. */
  void peak(double staleMillis) {
    worst = Math.max(worst, staleMillis);
  }

  int size() {
    return Math.toIntExact(micros.getTotalCount());
  }

  /** The value below which this share of the samples lies, to three digits, NaN = no samples. */
  double percentile(double share) {
    return size() == 0 ? Double.NaN : micros.getValueAtPercentile(share * 100) / 1000.0;
  }

  double max() {
    return size() == 0 ? Double.NaN : worst;
  }

  /** The worst of each of some hundred equal stretches of time. */
  List<Point> series() {
    int first = next(0);
    int end = stretches.length;
    while (end > first && stretches[end - 1] < 0) {
      end--;
    }
    int step = Math.max(1, Math.ceilDiv(end - first, PLOT_POINTS));
    List<Point> points = new ArrayList<>();
    for (int at = first; at < end; at += step) {
      double most = -1;
      for (int i = at; i < Math.min(end, at + step); i++) {
        most = Math.max(most, stretches[i]);
      }
      if (most >= 0) {
        points.add(new Point(at * STRETCH_SECONDS, most));
      }
    }
    return points;
  }

  private int next(int from) {
    int at = from;
    while (at < stretches.length && stretches[at] < 0) {
      at++;
    }
    return at;
  }
}
