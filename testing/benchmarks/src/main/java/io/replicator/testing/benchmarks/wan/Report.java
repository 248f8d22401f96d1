package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes what a scenario found: NAME.md with its part of the table, NAME.json, NAME-staleness.svg
 * and the like; then wan.md, the table of all scenarios in the folder, whichever run they are of.
 */
final class Report {
  private static final String HEAD =
      "| who | s | ratio | MB down | MB up | stale p50, ms | p99 | max | hub MB (+) "
          + "| source + MB | also |\n"
          + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n";
  private static final Set<String> COLUMNS =
      Set.of(
          Result.SECONDS,
          Result.PAYLOAD_MB,
          Result.DOWN_MB,
          Result.UP_MB,
          Result.P50_MS,
          Result.P99_MS,
          Result.MAX_MS,
          Result.HUB_MB,
          Result.HUB_PLUS_MB,
          Result.SOURCE_PLUS_MB);

  private final Path folder;
  private final Bench bench;

  Report(Path folder, Bench bench) {
    this.folder = folder;
    this.bench = bench;
  }

  /** One line for the terminal. */
  static String line(Result result) {
    String figures =
        result.figures().entrySet().stream()
            .filter(entry -> !Double.isNaN(entry.getValue()))
            .map(entry -> entry.getKey() + " " + number(entry.getValue()))
            .collect(Collectors.joining(", "));
    return figures + (result.remarks().isEmpty() ? "" : " (" + remarks(result) + ")");
  }

  void write(Scenario scenario, List<Result> results) {
    try {
      String name = scenario.name();
      Files.writeString(folder.resolve(name + ".md"), section(scenario, results));
      Files.writeString(folder.resolve(name + ".json"), Json.of(scenario, bench, results));
      plots(name, results);
      writeAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts the sections of all scenarios there are into one page and prints it. */
  private void writeAll() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Scenario scenario : Scenarios.all()) {
      Path section = folder.resolve(scenario.name() + ".md");
      if (Files.exists(section)) {
        all.append(Files.readString(section)).append('\n');
      }
    }
    Files.writeString(folder.resolve("wan.md"), all);
  }

  private String section(Scenario scenario, List<Result> results) {
    StringBuilder text = new StringBuilder();
    text.append("### ").append(scenario.name()).append(": ").append(scenario.title(bench));
    text.append("\n\n").append(scenario.link()).append(". ");
    text.append(
        String.format(
            Locale.ROOT,
            "%s, commit %s, scale %s, links by %s. %s.",
            LocalDate.now(ZoneOffset.UTC),
            bench.origin().commit(),
            number(bench.scale()),
            bench.emulator(),
            bench.origin().machine()));
    text.append("\n\n").append(HEAD);
    results.forEach(result -> text.append(row(result)));
    String aims = aims(scenario, results);
    if (!aims.isEmpty()) {
      text.append("\nAims: ").append(aims).append(".\n");
    }
    for (String plot : plotNames(results)) {
      text.append(
          String.format(Locale.ROOT, "\n![%s over time](%s)\n", plot, file(scenario.name(), plot)));
    }
    System.out.println(text);
    return text.toString();
  }

  private String aims(Scenario scenario, List<Result> results) {
    List<String> texts = new ArrayList<>();
    for (Result result : results) {
      if (result.contender().equals(scenario.ours().getFirst())) {
        scenario.aims().forEach(aim -> texts.add(aim.text(result)));
      }
    }
    String scaled = bench.scale() == 1 || texts.isEmpty() ? "" : " (they are for full scale)";
    return String.join("; ", texts) + scaled;
  }

  private static String row(Result result) {
    double ratio = result.get(Result.PAYLOAD_MB) / result.get(Result.DOWN_MB);
    String hub = cell(result.get(Result.HUB_MB));
    String plus = cell(result.get(Result.HUB_PLUS_MB));
    List<String> also =
        new ArrayList<>(
            result.figures().entrySet().stream()
                .filter(entry -> !COLUMNS.contains(entry.getKey()))
                .map(entry -> entry.getKey() + " " + number(entry.getValue()))
                .toList());
    also.addAll(result.remarks());
    List<String> cells =
        List.of(
            result.contender().name(),
            cell(result.get(Result.SECONDS)),
            cell(ratio),
            cell(result.get(Result.DOWN_MB)),
            cell(result.get(Result.UP_MB)),
            cell(result.get(Result.P50_MS)),
            cell(result.get(Result.P99_MS)),
            cell(result.get(Result.MAX_MS)),
            hub.equals("–") ? hub : hub + " (+" + plus + ")",
            cell(result.get(Result.SOURCE_PLUS_MB)),
            String.join("; ", also));
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String remarks(Result result) {
    return String.join("; ", result.remarks());
  }

  private static String cell(double value) {
    return Double.isNaN(value) ? "–" : number(value);
  }

  static String number(double value) {
    double size = Math.abs(value);
    return String.format(
        Locale.ROOT,
        size >= 1000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f",
        value);
  }

  private static Set<String> plotNames(List<Result> results) {
    Map<String, Boolean> names = new LinkedHashMap<>();
    for (Result result : results) {
      result
          .plots()
          .forEach((name, points) -> {
            if (points.size() > 1) {
              names.put(name, true);
            }
          });
    }
    return names.keySet();
  }

  private void plots(String scenario, List<Result> results) throws IOException {
    for (String name : plotNames(results)) {
      Map<String, List<Staleness.Point>> lines = new LinkedHashMap<>();
      for (Result result : results) {
        List<Staleness.Point> points = result.plots().getOrDefault(name, List.of());
        if (points.size() > 1) {
          lines.put(result.contender().name(), points);
        }
      }
      boolean bytes = name.equals("bytes");
      String title = scenario + ": " + (bytes ? "MB on the wire" : name + ", ms");
      String svg = new Plot(title, !bytes, lines).svg();
      Files.write(folder.resolve(file(scenario, name)), svg.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String file(String scenario, String plot) {
    return scenario + "-" + plot.replace(' ', '-') + ".svg";
  }
}
