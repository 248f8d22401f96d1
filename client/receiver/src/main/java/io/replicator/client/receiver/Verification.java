package io.replicator.client.receiver;

import java.util.List;
import java.util.OptionalLong;

/**
 * What comparing a feed with the hub has shown, for status and metrics.
 *
 * @param verifications comparisons that ended
 * @param verifiedNanos when the last of them ended, by the loop's clock; empty = none did
 * @param drift keys found to differ
 * @param repaired keys mended because of that
 * @param lastDifferences what the last comparison found and no repair has ended since
 * @param lastKeys some of them
 */
public record Verification(
    long verifications,
    OptionalLong verifiedNanos,
    long drift,
    long repaired,
    long lastDifferences,
    List<String> lastKeys) {
  public static final Verification NONE =
      new Verification(0, OptionalLong.empty(), 0, 0, 0, List.of());

  public Verification {
    lastKeys = List.copyOf(lastKeys);
  }

  /** This one and what came before it. */
  public Verification after(Verification earlier) {
    Verification last = verifiedNanos.isPresent() ? this : earlier;
    return new Verification(
        earlier.verifications + verifications,
        last.verifiedNanos,
        earlier.drift + drift,
        earlier.repaired + repaired,
        last.lastDifferences,
        last.lastKeys);
  }

  /** How long ago the last comparison ended. */
  public OptionalLong sinceNanos(long nowNanos) {
    return verifiedNanos.isPresent()
        ? OptionalLong.of(nowNanos - verifiedNanos.getAsLong())
        : OptionalLong.empty();
  }
}
