package io.replicator.testing.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Whether samples grow: the median of the last third against that of the first, warm-up aside. */
final class SoakGrowth {
  /** What may be added to a figure before it counts as growth: a part of it and a constant. */
  private record Allowance(double part, double constant) {
    boolean forgives(double before, double after) {
      return after <= before * (1 + part) + constant;
    }
  }

  private final String process;
  private final List<SoakSample> samples;

  SoakGrowth(String process, List<SoakSample> samples) {
    this.process = process;
    this.samples = List.copyOf(samples.subList(samples.size() / 4, samples.size()));
  }

  /** One line for each figure that has grown. */
  List<String> found() {
    List<String> found = new ArrayList<>();
    look("heap after a collection, MB", SoakSample::heapMegabytes, new Allowance(0.15, 6), found);
    look("resident memory, MB", SoakSample::residentMegabytes, new Allowance(0.15, 16), found);
    look("open files", SoakSample::openFiles, new Allowance(0, 6), found);
    look("threads", SoakSample::threads, new Allowance(0, 4), found);
    return found;
  }

  private void look(
      String what, ToDoubleFunction<SoakSample> figure, Allowance allowance, List<String> found) {
    int third = Math.max(1, samples.size() / 3);
    double before = median(samples.subList(0, third), figure);
    double after = median(samples.subList(samples.size() - third, samples.size()), figure);
    if (!allowance.forgives(before, after)) {
      found.add(
          String.format(
              Locale.ROOT, "%s: %s grew from %.1f to %.1f", process, what, before, after));
    }
  }

  private static double median(List<SoakSample> of, ToDoubleFunction<SoakSample> figure) {
    double[] sorted = of.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
