package io.replicator.testing.benchmarks;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run of processes is asked for.
 *
 * @param folder where results and logs go
 * @param keys how many keys the source has
 * @param seconds how long each live run takes
 */
record RunOptions(Path folder, int keys, double seconds) {
  private static final List<String> NAMES = List.of("--keys", "--seconds");

  /** FOLDER [--keys N] [--seconds S]. */
  static RunOptions parse(String[] arguments, int standardKeys, double standardSeconds) {
    int keys = standardKeys;
    double seconds = standardSeconds;
    for (int i = 1; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i]) || i + 1 == arguments.length) {
        throw new IllegalArgumentException(
            arguments[i] + ": expected --keys NUMBER or --seconds NUMBER");
      }
      if (arguments[i].equals("--keys")) {
        keys = Integer.parseInt(arguments[i + 1]);
      } else {
        seconds = Double.parseDouble(arguments[i + 1]);
      }
    }
    return new RunOptions(Path.of(arguments[0]), keys, seconds);
  }
}
