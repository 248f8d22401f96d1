package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How stale a target was: samples over time, in milliseconds. Confined to one thread at a time. */
final class Staleness {
  private static final int PLOT_POINTS = 300;

  /** One plotted point: the worst sample around this second. */
  record Point(double seconds, double value) {}

  private double[] seconds = new double[1024];
  private float[] millis = new float[1024];
  private int size;
  private double worst;

  void add(double atSeconds, double staleMillis) {
    if (size == millis.length) {
      seconds = Arrays.copyOf(seconds, 2 * size);
      millis = Arrays.copyOf(millis, 2 * size);
    }
    seconds[size] = atSeconds;
    millis[size++] = (float) staleMillis;
    worst = Math.max(worst, staleMillis);
  }

  /** Only for the worst: a peak between two samples. */
  void peak(double staleMillis) {
    worst = Math.max(worst, staleMillis);
  }

  int size() {
    return size;
  }

  /** The value below which this share of the samples lies (nearest rank), NaN = no samples. */
  double percentile(double share) {
    if (size == 0) {
      return Double.NaN;
    }
    float[] sorted = Arrays.copyOf(millis, size);
    Arrays.sort(sorted);
    return sorted[Math.clamp((long) Math.ceil(share * size) - 1, 0, size - 1)];
  }

  double max() {
    return size == 0 ? Double.NaN : worst;
  }

  /** The worst of each of some hundred equal stretches of time. */
  List<Point> series() {
    List<Point> points = new ArrayList<>();
    if (size == 0) {
      return points;
    }
    double first = seconds[0];
    double last = first;
    for (int i = 0; i < size; i++) {
      first = Math.min(first, seconds[i]);
      last = Math.max(last, seconds[i]);
    }
    double step = Math.max(1e-9, (last - first) / PLOT_POINTS);
    double[] most = new double[PLOT_POINTS];
    Arrays.fill(most, Double.NaN);
    for (int i = 0; i < size; i++) {
      int at = Math.min(PLOT_POINTS - 1, (int) ((seconds[i] - first) / step));
      most[at] = Double.isNaN(most[at]) ? millis[i] : Math.max(most[at], millis[i]);
    }
    for (int i = 0; i < PLOT_POINTS; i++) {
      if (!Double.isNaN(most[i])) {
        points.add(new Point(first + i * step, most[i]));
      }
    }
    return points;
  }
}
