package io.replicator.testing.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A table of numbers by what was measured and by who did it, as Markdown and as JSON. */
final class Figures {
  private record Row(String name, String unit, double[] values) {}

  private final List<String> columns;
  private final List<Row> rows = new ArrayList<>();

  Figures(String... columns) {
    this.columns = List.of(columns);
  }

  /** NaN = this one has no such figure. */
  void add(String name, String unit, double... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(
          name + ": " + values.length + " values for " + columns.size() + " columns");
    }
    rows.add(new Row(name, unit, values));
  }

  String markdown() {
    StringBuilder text = new StringBuilder("| figure | " + String.join(" | ", columns) + " |\n");
    text.append("| --- |").append(" ---: |".repeat(columns.size())).append('\n');
    for (Row row : rows) {
      text.append("| ").append(row.name).append(", ").append(row.unit).append(" |");
      for (double value : row.values) {
        text.append(' ').append(Double.isNaN(value) ? "–" : format(value)).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String format(double value) {
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.2f", value);
  }

  String json() {
    return rows.stream().map(this::json).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private String json(Row row) {
    StringBuilder text = new StringBuilder();
    text.append("{\"figure\": \"").append(row.name);
    text.append("\", \"unit\": \"").append(row.unit).append('"');
    for (int i = 0; i < columns.size(); i++) {
      text.append(", \"").append(columns.get(i)).append("\": ");
      text.append(Double.isNaN(row.values[i]) ? "null" : Double.toString(row.values[i]));
    }
    return text.append('}').toString();
  }
}
