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
 * @param lateWriterCpu microseconds a row of the process that writes, in the second half
 * @param threads of the processes of Replicator, by name
 */
record CassandraTurn(
    String name,
    double seconds,
    double untilFirst,
    double rowsPerSecond,
    double lateRowsPerSecond,
    Cpu cpu,
    double lateWriterCpu,
    double wireBytes,
    double writerMegabytes,
    double hubMegabytes,
    List<String> threads) {
  static final String REPLICATOR = "Replicator";
  private static final String BARE = "bare loop";
  private static final String BARE_ANEW = "bare loop, new process";

  /**
   * Processor microseconds for a row.
   *
   * @param writer of the process that writes to Cassandra: the bare loop's, or the client's
   */
  record Cpu(double cassandra, double writer, double hub, double source) {}

  /** By the loop that is warm. */
  static CassandraTurn bare(BareCassandra.Took took, int keys, double cassandraCpu) {
    return bare(BARE, took, keys, cassandraCpu, List.of());
  }

  /** By the loop in a new process. */
  static CassandraTurn bareAnew(
      BareCassandra.Took took, int keys, double cassandraCpu, String threads) {
    return bare(BARE_ANEW, took, keys, cassandraCpu, List.of(threads));
  }

  private static CassandraTurn bare(
      String name, BareCassandra.Took took, int keys, double cassandraCpu, List<String> threads) {
    double micros = 1e6 / keys;
    int late = keys - keys / 2;
    return new CassandraTurn(
        name,
        took.all().elapsed(),
        0,
        keys / took.all().elapsed(),
        late / took.late().elapsed(),
        new Cpu(cassandraCpu * micros, took.all().cpu() * micros, Double.NaN, Double.NaN),
        took.late().cpu() / late * 1e6,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        threads);
  }

  boolean isReplicator() {
    return name.equals(REPLICATOR);
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
        shares(turns, BARE, CassandraTurn::rowsPerSecond));
    figures.add(
        "rows in its second half, of the neighbours' mean",
        "%",
        shares(turns, BARE, CassandraTurn::lateRowsPerSecond));
    figures.add(
        "rows after the first keys, of those of new processes",
        "%",
        shares(turns, BARE_ANEW, CassandraTurn::rowsPerSecond));
    add(figures, "CPU of Cassandra", "µs a row", turns, turn -> turn.cpu.cassandra);
    add(figures, "CPU of the loop or the client", "µs a row", turns, turn -> turn.cpu.writer);
    add(
        figures,
        "CPU of the loop or the client in the second half",
        "µs a row",
        turns,
        CassandraTurn::lateWriterCpu);
    add(figures, "CPU of the hub", "µs a row", turns, turn -> turn.cpu.hub);
    add(figures, "CPU of the source Redis", "µs a row", turns, turn -> turn.cpu.source);
    add(figures, "bytes on the link", "MB", turns, turn -> turn.wireBytes / 1e6);
    add(figures, "memory of the client at most", "MB", turns, CassandraTurn::writerMegabytes);
    add(figures, "memory of the hub at most", "MB", turns, CassandraTurn::hubMegabytes);
    return figures;
  }

  private double started() {
    return isReplicator() ? untilFirst : Double.NaN;
  }

  private static void add(
      Figures figures,
      String name,
      String unit,
      List<CassandraTurn> turns,
      ToDoubleFunction<CassandraTurn> figure) {
    figures.add(name, unit, turns.stream().mapToDouble(figure).toArray());
  }

  /** Of each turn of Replicator, in percent of the mean of the nearest others around it. */
  static double[] shares(
      List<CassandraTurn> turns, String others, ToDoubleFunction<CassandraTurn> figure) {
    double[] shares = new double[turns.size()];
    Arrays.fill(shares, Double.NaN);
    for (int i = 0; i < shares.length; i++) {
      CassandraTurn turn = turns.get(i);
      if (turn.isReplicator()) {
        List<CassandraTurn> around = new ArrayList<>();
        turns.subList(0, i).reversed().stream()
            .filter(other -> other.name.equals(others))
            .findFirst()
            .ifPresent(around::add);
        turns.subList(i, turns.size()).stream()
            .filter(other -> other.name.equals(others))
            .findFirst()
            .ifPresent(around::add);
        double mean = around.stream().mapToDouble(figure).average().orElse(Double.NaN);
        shares[i] = 100 * figure.applyAsDouble(turn) / mean;
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
