package io.replicator.command.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prints a status as tables: plain values first, then each list of records as a table; records
 * inside records get a table of their own whose first column says whose they are.
 */
final class StatusTable {
  private final PrintStream out;

  StatusTable(PrintStream out) {
    this.out = out;
  }

  void print(String title, Object status) {
    out.println("== " + title);
    if (!(status instanceof Map<?, ?> map)) {
      out.println(status);
      return;
    }
    Map<String, Object> plain = plain("", map);
    int width = plain.keySet().stream().mapToInt(String::length).max().orElse(0);
    plain.forEach(
        (name, value) -> out.printf("%-" + (width + 2) + "s%s%n", name, show(name, value)));
    tables(map, "", "");
    out.println();
  }

  /** Values and the values of maps inside, by dotted name. */
  private static Map<String, Object> plain(String before, Map<?, ?> map) {
    Map<String, Object> plain = new LinkedHashMap<>();
    map.forEach((name, value) -> {
      if (value instanceof Map<?, ?> inner) {
        plain.putAll(plain(before + name + ".", inner));
      } else if (value != null && !isRecords(value)) {
        plain.put(before + name, value);
      }
    });
    return plain;
  }

  private static boolean isRecords(@Nullable Object value) {
    return value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance);
  }

  private void tables(Map<?, ?> map, String before, String owner) {
    map.forEach((name, value) -> {
      if (isRecords(value) && value instanceof List<?> list) {
        table(before + name, list, owner);
      } else if (value instanceof Map<?, ?> inner) {
        tables(inner, before + name + ".", owner);
      }
    });
  }

  private void table(String title, List<?> list, String owner) {
    List<Map<?, ?>> records = new ArrayList<>();
    for (Object item : list) {
      if (item instanceof Map<?, ?> map) {
        records.add(map);
      }
    }
    out.println();
    out.println(title + (owner.isEmpty() ? "" : " of " + owner));
    Set<String> columns = new LinkedHashSet<>();
    List<Map<String, Object>> rows = records.stream().map(map -> plain("", map)).toList();
    rows.forEach(row -> columns.addAll(row.keySet()));
    rows(columns, rows);
    for (int i = 0; i < records.size(); i++) {
      String name = rows.get(i).values().stream().map(String::valueOf).findFirst().orElse("");
      tables(records.get(i), title + " / ", name);
    }
  }

  private void rows(Set<String> columns, List<Map<String, Object>> rows) {
    StringBuilder head = new StringBuilder();
    List<StringBuilder> lines = rows.stream().map(row -> new StringBuilder()).toList();
    for (String column : columns) {
      List<String> cells =
          rows.stream().map(row -> show(column, row.getOrDefault(column, ""))).toList();
      int width =
          Math.max(column.length(), cells.stream().mapToInt(String::length).max().orElse(0)) + 2;
      head.append(pad(column, width));
      for (int i = 0; i < cells.size(); i++) {
        lines.get(i).append(pad(cells.get(i), width));
      }
    }
    out.println("  " + head.toString().stripTrailing());
    lines.forEach(line -> out.println("  " + line.toString().stripTrailing()));
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  /** The value as people read it; the name tells the unit. */
  static String show(String name, Object value) {
    if (!(value instanceof Number number)) {
      return String.valueOf(value);
    }
    String unit = name.toLowerCase(Locale.ROOT);
    if (unit.endsWith("bytes") || unit.endsWith("bytespersecond")) {
      return Units.roughSize(number.doubleValue()) + (unit.endsWith("second") ? "/s" : "");
    }
    if (unit.endsWith("nanos")) {
      return String.format(Locale.ROOT, "%.1f ms", number.doubleValue() / 1e6);
    }
    if (unit.endsWith("seconds")) {
      return String.format(Locale.ROOT, "%.1f s", number.doubleValue());
    }
    return number instanceof Double || number instanceof Float
        ? String.format(Locale.ROOT, "%.2f", number.doubleValue())
        : number.toString();
  }
}
