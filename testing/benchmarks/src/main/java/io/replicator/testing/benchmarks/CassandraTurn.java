package io.replicator.testing.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one load of all keys into a fresh keyspace took; NaN = there is no such figure.
 *
 * @param seconds all of it
 * @param untilFirst of it until the first rows were there
 * @param rowsPerSecond after the first ones
 * @param lateRowsPerSecond in the second half of it
 * @param cpu what the rows after the first ones took of the processors
 * @param threads of the processes of Replicator, by name
 */
record CassandraTurn(
    String name,
    double seconds,
    double untilFirst,
    double rowsPerSecond,
    double lateRowsPerSecond,
    Cpu cpu,
    double wireBytes,
    double writerMegabytes,
    double hubMegabytes,
    List<String> threads) {

  /**
   * Processor microseconds for a row.
   *
   * @param writer of the process that writes to Cassandra: the bare loop's, or the client's
   */
  record Cpu(double cassandra, double writer, double hub, double source) {}

  static CassandraTurn bare(double seconds, double rows, double late, Cpu cpu) {
    return new CassandraTurn(
        "bare loop", seconds, 0, rows, late, cpu, Double.NaN, Double.NaN, Double.NaN, List.of());
  }

  boolean isBare() {
    return name.equals("bare loop");
  }

  /** All turns in their order, each of Replicator's beside the bare loops before and after it. */
  static Figures figures(List<CassandraTurn> turns) {
    Figures figures = new Figures(turns.stream().map(CassandraTurn::name).toArray(String[]::new));
    add(figures, "load", "s", turns, CassandraTurn::seconds);
    add(figures, "of it until the first keys (start, schema)", "s", turns, CassandraTurn::started);
    add(figures, "rows after the first keys", "1/s", turns, CassandraTurn::rowsPerSecond);
    add(figures, "rows in its second half", "1/s", turns, CassandraTurn::lateRowsPerSecond);
    figures.add(
        "rows after the first keys, of the neighbours' mean",
        "%",
        shares(turns, CassandraTurn::rowsPerSecond));
    figures.add(
        "rows in its second half, of the neighbours' mean",
        "%",
        shares(turns, CassandraTurn::lateRowsPerSecond));
    add(figures, "CPU of Cassandra", "µs a row", turns, turn -> turn.cpu.cassandra);
    add(figures, "CPU of the loop or the client", "µs a row", turns, turn -> turn.cpu.writer);
    add(figures, "CPU of the hub", "µs a row", turns, turn -> turn.cpu.hub);
    add(figures, "CPU of the source Redis", "µs a row", turns, turn -> turn.cpu.source);
    add(figures, "bytes on the link", "MB", turns, turn -> turn.wireBytes / 1e6);
    add(figures, "memory of the client at most", "MB", turns, CassandraTurn::writerMegabytes);
    add(figures, "memory of the hub at most", "MB", turns, CassandraTurn::hubMegabytes);
    return figures;
  }

  private double started() {
    return isBare() ? Double.NaN : untilFirst;
  }

  private static void add(
      Figures figures,
      String name,
      String unit,
      List<CassandraTurn> turns,
      ToDoubleFunction<CassandraTurn> figure) {
    figures.add(name, unit, turns.stream().mapToDouble(figure).toArray());
  }

  /** Of each turn of Replicator, in percent of the mean of the bare loops around it. */
  static double[] shares(List<CassandraTurn> turns, ToDoubleFunction<CassandraTurn> figure) {
    double[] shares = new double[turns.size()];
    Arrays.fill(shares, Double.NaN);
    for (int i = 1; i < turns.size() - 1; i++) {
      if (!turns.get(i).isBare()) {
        double around =
            figure.applyAsDouble(turns.get(i - 1)) + figure.applyAsDouble(turns.get(i + 1));
        shares[i] = 200 * figure.applyAsDouble(turns.get(i)) / around;
      }
    }
    return shares;
  }

  /** The processor time by thread, a line a process. */
  static List<String> threads(List<CassandraTurn> turns) {
    List<String> lines = new ArrayList<>();
    turns.forEach(turn -> lines.addAll(turn.threads));
    return lines;
  }
}
