package io.replicator.client.receiver;

import java.util.List;

/**
 * What comparing a feed with the hub has shown, for status and metrics. Figures are of this
 * session.
 *
 * @param verifications comparisons that ended
 * @param sinceNanos time since the last of them, -1 = none yet
 * @param drift keys found to differ
 * @param repaired keys mended because of that
 * @param lastDifferences what the last comparison found
 * @param lastKeys some of them
 */
public record Verification(
    long verifications,
    long sinceNanos,
    long drift,
    long repaired,
    long lastDifferences,
    List<String> lastKeys) {
  public static final Verification NONE = new Verification(0, -1, 0, 0, 0, List.of());

  public Verification {
    lastKeys = List.copyOf(lastKeys);
  }
}
