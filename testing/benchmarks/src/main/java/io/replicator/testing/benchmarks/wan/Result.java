package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one contender did in one scenario. Filled by the scenario's thread. */
final class Result {
  /** Names of the figures that have a column; any other name stands beside them. */
  static final String SECONDS = "s";

  static final String PAYLOAD_MB = "payload MB";
  static final String DOWN_MB = "MB down";
  static final String UP_MB = "MB up";
  static final String P50_MS = "p50 ms";
  static final String P99_MS = "p99 ms";
  static final String MAX_MS = "max ms";
  static final String HUB_MB = "hub MB";
  static final String HUB_PLUS_MB = "hub + MB";
  static final String SOURCE_PLUS_MB = "source + MB";

  private final String scenario;
  private final Contender contender;
  private final Map<String, Double> figures = new LinkedHashMap<>();
  private final Map<String, List<Staleness.Point>> series = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();

  Result(String scenario, Contender contender) {
    this.scenario = scenario;
    this.contender = contender;
  }

  String scenario() {
    return scenario;
  }

  Contender contender() {
    return contender;
  }

  void put(String figure, double value) {
    figures.put(figure, value);
  }

  /** NaN = not measured. */
  double get(String figure) {
    return figures.getOrDefault(figure, Double.NaN);
  }

  Map<String, Double> figures() {
    return figures;
  }

  /** Said in words: "not within 240 s". */
  void remark(String text) {
    remarks.add(text);
  }

  List<String> remarks() {
    return remarks;
  }

  void staleness(Staleness staleness) {
    put(P50_MS, staleness.percentile(0.5));
    put(P99_MS, staleness.percentile(0.99));
    put(MAX_MS, staleness.max());
    plot("staleness", staleness.series());
  }

  /** Something over time, drawn in the scenario's plot of this name. */
  void plot(String name, List<Staleness.Point> points) {
    series.put(name, points);
  }

  Map<String, List<Staleness.Point>> plots() {
    return series;
  }

  void wire(LinkCounters carried) {
    put(DOWN_MB, carried.downBytes() / 1e6);
    put(UP_MB, carried.upBytes() / 1e6);
  }
}
