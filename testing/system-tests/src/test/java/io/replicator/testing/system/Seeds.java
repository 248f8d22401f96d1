package io.replicator.testing.system;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The seeds of random tests: a few fixed ones in every run; {@code -Dreplicator.seeds=7,8,9} or
 * {@code -Dreplicator.seeds=1..500} for more, or to replay one.
 */
final class Seeds {
  private Seeds() {}

  static long[] orElse(long... usual) {
    String asked = System.getProperty("replicator.seeds", "");
    if (asked.isBlank()) {
      return usual;
    }
    int range = asked.indexOf("..");
    if (range >= 0) {
      return LongStream.rangeClosed(
              Long.parseLong(asked.substring(0, range).strip()),
              Long.parseLong(asked.substring(range + 2).strip()))
          .toArray();
    }
    return Arrays.stream(asked.split(",", -1))
        .mapToLong(text -> Long.parseLong(text.strip()))
        .toArray();
  }
}
