package io.replicator.client.sink.cassandra;

import java.time.Instant;

/** Time to live of a row, from the absolute expiry at the moment of writing. */
final class Ttl {
  /** No expiry. */
  static final int NONE = 0;

  /** It has expired: delete instead of writing. */
  static final int OVER = -1;

  /** The largest that Cassandra takes. */
  private static final long MOST_SECONDS = 20L * 365 * 24 * 3600;

  /** Some clusters (and every Cassandra before 5.0) refuse an expiry beyond this moment of 2038. */
  private static final long LAST_SECOND =
      Instant.parse("2038-01-19T03:14:06Z").getEpochSecond() - 24 * 3600;

  private Ttl() {}

  /**
   * Seconds, rounded up so that a row is never gone too early. What lies too far ahead for
   * Cassandra gets none: its removal comes from the source when it is time.
   */
  static int seconds(long expiresAtMillis, long nowMillis) {
    if (expiresAtMillis == 0) {
      return NONE;
    }
    long left = expiresAtMillis - nowMillis;
    if (left <= 0) {
      return OVER;
    }
    long seconds = left / 1000 + (left % 1000 == 0 ? 0 : 1);
    boolean tooFar = seconds > MOST_SECONDS || expiresAtMillis / 1000 > LAST_SECOND;
    return tooFar ? NONE : (int) seconds;
  }
}
