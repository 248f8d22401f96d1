package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits with an end: for a condition, or until a moment. */
final class Waiting {
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Waiting() {}

  /** Whether the condition held within the limit. */
  static boolean until(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    return true;
  }

  /** For what must come: a failure that names it if it does not. */
  static void require(Duration limit, String what, BooleanSupplier condition) {
    if (!until(limit, condition)) {
      throw new IllegalStateException("not within " + limit.toSeconds() + " s: " + what);
    }
  }

  static void untilNanos(long nanos) {
    long left;
    while ((left = nanos - System.nanoTime()) > 0) {
      LockSupport.parkNanos(left);
    }
  }

  static void pause(Duration duration) {
    untilNanos(System.nanoTime() + duration.toNanos());
  }

  static double seconds(long fromNanos, long toNanos) {
    return (toNanos - fromNanos) / 1e9;
  }
}
