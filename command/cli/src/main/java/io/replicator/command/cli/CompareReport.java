package io.replicator.command.cli;

import io.replicator.command.compare.Comparison;
import io.replicator.command.compare.Difference;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints what comparisons found, for people or as JSON. */
final class CompareReport {
  private final PrintStream out;

  CompareReport(PrintStream out) {
    this.out = out;
  }

  void text(Comparison found) {
    out.printf(
        Locale.ROOT,
        "database %d%s: %s. %,d keys at the source, %,d at the target, %.1f s%n",
        found.sourceDatabase(),
        found.sourceDatabase() == found.targetDatabase() ? "" : " -> " + found.targetDatabase(),
        found.equal() ? "equal" : String.format(Locale.ROOT, "%,d DIFFER", found.differences()),
        found.sourceKeys(),
        found.targetKeys(),
        found.took().toMillis() / 1000.0);
    for (Difference.Kind kind : Difference.Kind.values()) {
      if (found.count(kind) > 0) {
        out.printf(Locale.ROOT, "  %-8s %,d%n", word(kind), found.count(kind));
        found.examples().stream()
            .filter(example -> example.kind() == kind)
            .forEach(example -> out.println("    " + example.key() + "   " + example.detail()));
      }
    }
    found.notes().forEach(note -> out.println("  note: " + note));
    if (found.equal() && found.sourceKeys() != found.targetKeys()) {
      out.printf(
          Locale.ROOT,
          "  note: the counts differ by %,d: keys expired, came or went while one side was counted"
              + " after the other, and both sides agree about each%n",
          Math.abs(found.sourceKeys() - found.targetKeys()));
    }
  }

  void json(List<Comparison> results) {
    out.println(
        results.stream().map(CompareReport::json).collect(Collectors.joining(",\n ", "[", "]")));
  }

  private static String json(Comparison found) {
    String counts =
        found.counts().entrySet().stream()
            .map(entry -> Json.text(word(entry.getKey())) + ":" + entry.getValue())
            .sorted()
            .collect(Collectors.joining(",", "{", "}"));
    String examples =
        found.examples().stream()
            .map(example ->
                "{\"kind\":%s,\"key\":%s,\"detail\":%s}"
                    .formatted(
                        Json.text(word(example.kind())),
                        Json.text(example.key().toString()),
                        Json.text(example.detail())))
            .collect(Collectors.joining(",", "[", "]"));
    String notes =
        found.notes().stream().map(Json::text).collect(Collectors.joining(",", "[", "]"));
    return ("{\"database\":%d,\"targetDatabase\":%d,\"equal\":%b,\"sourceKeys\":%d,"
            + "\"targetKeys\":%d,\"counts\":%s,\"examples\":%s,\"notes\":%s,\"millis\":%d}")
        .formatted(
            found.sourceDatabase(),
            found.targetDatabase(),
            found.equal(),
            found.sourceKeys(),
            found.targetKeys(),
            counts,
            examples,
            notes,
            found.took().toMillis());
  }

  private static String word(Difference.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
