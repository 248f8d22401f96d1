package io.replicator.hub.delivery;

import java.util.OptionalDouble;

/** What comparing a client's copy with the source has shown. Confined to the loop. */
final class FeedChecks {
  private long verifications;
  private long verifiedNanos;
  private long lastDifferences;
  private long driftFound;
  private long repaired;

  /** A verification has ended. */
  void verified(long nowNanos, long differences) {
    verifications++;
    verifiedNanos = nowNanos;
    lastDifferences = differences;
    driftFound += differences;
  }

  /**
   * A run that mends has ended, so nothing differs now.
   *
   * @param keys mended because a verification found them to differ
   */
  void proved(long keys) {
    lastDifferences = 0;
    repaired += keys;
  }

  HubStatus.CheckStatus report(long nowNanos) {
    return new HubStatus.CheckStatus(
        verifications == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of((nowNanos - verifiedNanos) / 1e9),
        verifications,
        lastDifferences,
        driftFound,
        repaired);
  }
}
