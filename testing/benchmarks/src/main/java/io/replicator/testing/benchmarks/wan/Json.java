package io.replicator.testing.benchmarks.wan;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results of a scenario as JSON, plotted points included. */
final class Json {
  private Json() {}

  static String of(Scenario scenario, Bench bench, List<Result> results) {
    return String.format(
        Locale.ROOT,
        "{\"scenario\": %s, \"title\": %s, \"link\": %s, \"time\": \"%s\", \"commit\": %s, "
            + "\"machine\": %s, \"emulator\": %s, \"scale\": %s, \"results\": [\n%s\n]}\n",
        text(scenario.name()),
        text(scenario.title(bench)),
        text(scenario.link()),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        text(bench.origin().commit()),
        text(bench.origin().machine()),
        text(bench.emulator()),
        bench.scale(),
        results.stream().map(Json::result).collect(Collectors.joining(",\n")));
  }

  private static String result(Result result) {
    String figures =
        result.figures().entrySet().stream()
            .map(entry -> text(entry.getKey()) + ": " + number(entry.getValue()))
            .collect(Collectors.joining(", "));
    String plots =
        result.plots().entrySet().stream()
            .map(entry -> text(entry.getKey()) + ": " + points(entry.getValue()))
            .collect(Collectors.joining(", "));
    String remarks = result.remarks().stream().map(Json::text).collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "{\"contender\": %s, \"figures\": {%s}, \"remarks\": [%s], \"plots\": {%s}}",
        text(result.contender().name()),
        figures,
        remarks,
        plots);
  }

  private static String points(List<Staleness.Point> points) {
    return points.stream()
        .map(point -> String.format(Locale.ROOT, "[%.3f, %.3f]", point.seconds(), point.value()))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }

  static String text(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
