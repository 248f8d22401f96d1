package io.replicator.testing.testkit;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The seeds of random tests: a few fixed ones in every run; {@code -Dreplicator.seeds=7,8,9} or
 * {@code -Dreplicator.seeds=1..5000} for more, or to replay one.
 */
public final class Seeds {
  private Seeds() {}

  /** What was asked for, else the usual ones. */
  public static long[] orElse(long... usual) {
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

  /** What was asked for, else those from the first to the last. */
  public static long[] orElseRange(long first, long last) {
    return orElse(LongStream.rangeClosed(first, last).toArray());
  }
}
