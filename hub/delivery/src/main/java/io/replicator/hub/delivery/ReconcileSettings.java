package io.replicator.hub.delivery;

import java.time.Duration;

/**
 * How a hub reconciles.
 *
 * @param enabled whether a client with data but no usable cursor is reconciled; if not, it gets a
 *     snapshot
 * @param memoryBytes what the cuts of all filters may occupy; beyond it clients get snapshots
 * @param readPages pages of values that are read at a time where hashes are not known
 * @param shareFor how long a cut that is in use is given to further clients as it is
 * @param aheadKeysPerSecond how fast values are read and hashed after the start, before anybody
 *     wants to compare; 0 = not at all
 */
public record ReconcileSettings(
    boolean enabled, long memoryBytes, int readPages, Duration shareFor, int aheadKeysPerSecond) {
  public static final ReconcileSettings DEFAULTS =
      new ReconcileSettings(true, 512L << 20, 4, Duration.ofSeconds(30), 200_000);

  public ReconcileSettings {
    if (memoryBytes < 0) {
      throw new IllegalArgumentException("memoryBytes is " + memoryBytes + ": 0 or more expected");
    }
    if (readPages < 1 || readPages > 64) {
      throw new IllegalArgumentException("readPages is " + readPages + ": 1 to 64 expected");
    }
    if (aheadKeysPerSecond < 0) {
      throw new IllegalArgumentException(
          "aheadKeysPerSecond is " + aheadKeysPerSecond + ": 0 (off) or more expected");
    }
  }

  public ReconcileSettings withEnabled(boolean on) {
    return new ReconcileSettings(on, memoryBytes, readPages, shareFor, aheadKeysPerSecond);
  }

  public ReconcileSettings withMemoryBytes(long bytes) {
    return new ReconcileSettings(enabled, bytes, readPages, shareFor, aheadKeysPerSecond);
  }

  public ReconcileSettings withAheadKeysPerSecond(int keys) {
    return new ReconcileSettings(enabled, memoryBytes, readPages, shareFor, keys);
  }
}
