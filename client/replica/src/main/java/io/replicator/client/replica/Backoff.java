package io.replicator.client.replica;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits that double from the first to the longest. Each is drawn from its upper half, so that many
 * clients that lost the same hub do not come back at the same moment.
 */
final class Backoff {
  private final RetrySettings settings;
  private final RandomGenerator random;
  private int failures;

  Backoff(RetrySettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  Duration next() {
    long most = settings.most().toNanos();
    long doubled = settings.first().toNanos() << Math.min(failures, 20);
    failures++;
    return jittered(doubled <= 0 ? most : Math.min(doubled, most));
  }

  /** The wait where only people can mend it. */
  Duration slow() {
    return jittered(settings.slow().toNanos());
  }

  void reset() {
    failures = 0;
  }

  private Duration jittered(long nanos) {
    return Duration.ofNanos(nanos - (long) (random.nextDouble() * nanos / 2));
  }
}
