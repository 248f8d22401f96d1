package io.replicator.client.replica;

import java.time.Duration;

/**
 * How soon what failed is tried again: twice as long each time, with jitter.
 *
 * @param first wait after the first failure, 1 ms to 1 h
 * @param most longest wait, at least {@code first}
 * @param slow wait where only people can mend it: no right, read-only target
 * @param settled a session of this length is a success: the next wait is {@code first} again
 */
public record RetrySettings(Duration first, Duration most, Duration slow, Duration settled) {
  public static final RetrySettings DEFAULTS =
      new RetrySettings(
          Duration.ofMillis(100),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));

  public RetrySettings {
    requireRange("first", first);
    requireRange("most", most);
    requireRange("slow", slow);
    requireRange("settled", settled);
    if (most.compareTo(first) < 0) {
      throw new IllegalArgumentException("longest wait " + most + ": at least " + first);
    }
  }

  private static void requireRange(String name, Duration value) {
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(name + " wait " + value + ": expected 1 ms to 1 h");
    }
  }
}
