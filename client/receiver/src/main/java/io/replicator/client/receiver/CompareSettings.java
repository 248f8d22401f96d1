package io.replicator.client.receiver;

import java.time.Duration;

/**
 * How a client compares its targets with the hub.
 *
 * @param reconcile whether a target that holds data is reconciled when its cursor is worth nothing;
 *     if not, everything is loaded anew
 * @param verifyEvery how often the copy is compared in the background, zero = never
 * @param repair whether differences that a verification finds are mended; if not, they are told
 * @param keysPerSecond how fast a verification reads the target, 0 = as fast as it goes
 * @param memoryBytes what the keys of one target may occupy while they are compared; a target with
 *     more is loaded by snapshots
 * @param rememberBytes what may be used for each feed and target to remember what it holds, so that
 *     it need not be read when the hub has lost its history; 0 = nothing is remembered
 * @param verifyOnly whether nothing is copied, only compared when it is asked for
 */
public record CompareSettings(
    boolean reconcile,
    Duration verifyEvery,
    boolean repair,
    int keysPerSecond,
    long memoryBytes,
    long rememberBytes,
    boolean verifyOnly) {
  /** The least that keys may occupy while they are compared. */
  public static final long MIN_MEMORY_BYTES = 1L << 20;

  public static final CompareSettings DEFAULTS =
      new CompareSettings(true, Duration.ofMinutes(5), true, 20_000, 1L << 30);

  /** Changes nothing and compares as fast as it goes. */
  public static final CompareSettings VERIFY_ONLY =
      new CompareSettings(true, Duration.ZERO, false, 0, 1L << 30, 0, true);

  /** Neither reconciles nor verifies. */
  public static final CompareSettings OFF =
      new CompareSettings(false, Duration.ZERO, false, 0, 1L << 20);

  /** Of a client that copies, and remembers as usual. */
  public CompareSettings(
      boolean reconcile,
      Duration verifyEvery,
      boolean repair,
      int keysPerSecond,
      long memoryBytes) {
    this(reconcile, verifyEvery, repair, keysPerSecond, memoryBytes, 256L << 20, false);
  }

  public CompareSettings {
    if (verifyEvery.isNegative() || (verifyEvery.isPositive() && verifyEvery.toMillis() < 1000)) {
      throw new IllegalArgumentException(
          "verifyEvery " + verifyEvery + ": 0 (never) or at least 1 s expected");
    }
    if (keysPerSecond < 0) {
      throw new IllegalArgumentException(
          "keysPerSecond " + keysPerSecond + ": 0 (no limit) or more expected");
    }
    if (memoryBytes < MIN_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "memoryBytes " + memoryBytes + ": at least 1 MiB expected");
    }
    if (rememberBytes < 0) {
      throw new IllegalArgumentException(
          "rememberBytes " + rememberBytes + ": 0 (nothing is remembered) or more expected");
    }
  }

  /** Whether what targets hold is remembered: what verifications read, and what is applied. */
  public boolean remembers() {
    return reconcile && rememberBytes > 0 && verifyEvery.isPositive();
  }
}
