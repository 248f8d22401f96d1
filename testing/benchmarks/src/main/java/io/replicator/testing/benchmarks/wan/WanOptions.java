package io.replicator.testing.benchmarks.wan;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The command line.
 *
 * @param folder where results go
 * @param scenarios names, none = all
 * @param scale share of the full size
 * @param limit the longest that a contender is waited for
 * @param only contenders with this in their name run, "" = all
 */
record WanOptions(
    Path folder,
    List<String> scenarios,
    double scale,
    Duration limit,
    Baselines baselines,
    String only) {

  /** Who runs besides Replicator. */
  enum Baselines {
    NONE,
    NATIVE,
    ALL;

    boolean takes(Contender contender) {
      return switch (this) {
        case NONE -> false;
        case NATIVE -> contender.kind() == Contender.Kind.NATIVE;
        case ALL -> true;
      };
    }
  }

  /** FOLDER, then names of scenarios and options in any order. */
  static WanOptions parse(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("no folder: expected FOLDER [scenario…] [--scale N] …");
    }
    List<String> names = new ArrayList<>();
    double scale = 1;
    Duration limit = Duration.ofMinutes(4);
    Baselines baselines = Baselines.ALL;
    String only = "";
    for (int i = 1; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (!word.startsWith("--")) {
        names.add(word);
        continue;
      }
      String value = ++i < arguments.size() ? arguments.get(i) : "";
      switch (word) {
        case "--scale" -> scale = number(word, value, 0.0001, 10);
        case "--limit" -> limit = Duration.ofMillis((long) (1000 * number(word, value, 1, 7200)));
        case "--baselines" -> baselines = baselines(value);
        case "--only" -> only = value;
        default ->
            throw new IllegalArgumentException(
                "unknown option " + word + ": expected --scale, --limit, --baselines or --only");
      }
    }
    return new WanOptions(Path.of(arguments.getFirst()), names, scale, limit, baselines, only);
  }

  private static double number(String name, String value, double least, double most) {
    try {
      double number = Double.parseDouble(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        name + " " + value + ": expected a number from " + least + " to " + most);
  }

  private static Baselines baselines(String value) {
    return Arrays.stream(Baselines.values())
        .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(value))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--baselines " + value + ": expected none, native or all"));
  }
}
