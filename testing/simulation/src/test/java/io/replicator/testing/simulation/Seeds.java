package io.replicator.testing.simulation;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The seeds of a test: a fixed range in every run; {@code -Dreplicator.seeds=7,8,9} or {@code
 * -Dreplicator.seeds=1..5000} for more, or to replay one.
 */
final class Seeds {
  private Seeds() {}

  static LongStream orElse(long first, long last) {
    String asked = System.getProperty("replicator.seeds", "");
    if (asked.isBlank()) {
      return LongStream.rangeClosed(first, last);
    }
    int range = asked.indexOf("..");
    if (range >= 0) {
      return LongStream.rangeClosed(
          Long.parseLong(asked.substring(0, range).strip()),
          Long.parseLong(asked.substring(range + 2).strip()));
    }
    return Arrays.stream(asked.split(",", -1)).mapToLong(text -> Long.parseLong(text.strip()));
  }
}
