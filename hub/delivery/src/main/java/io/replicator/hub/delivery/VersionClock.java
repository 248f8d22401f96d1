package io.replicator.hub.delivery;

/**
 * Tells about when a version came to be, from at most 512 samples: when they are full, every other
 * one goes and the distance doubles.
 */
final class VersionClock {
  private static final int SAMPLES = 512;
  private static final long FIRST_DISTANCE_NANOS = 10_000_000;

  private final long[] versions = new long[SAMPLES];
  private final long[] nanos = new long[SAMPLES];
  private int count;
  private long distanceNanos = FIRST_DISTANCE_NANOS;

  /** The version is the newest at this time. */
  void sample(long version, long nowNanos) {
    if (count > 0
        && (version == versions[count - 1] || nowNanos - nanos[count - 1] < distanceNanos)) {
      return;
    }
    if (count == SAMPLES) {
      thinOut();
    }
    versions[count] = version;
    nanos[count++] = nowNanos;
  }

  /** How long ago the first change after this version came, at most; 0 if there is none. */
  long ageNanos(long version, long newest, long nowNanos) {
    if (version >= newest || count == 0) {
      return 0;
    }
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (versions[middle] > version) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Math.max(0, nowNanos - nanos[low]);
  }

  private void thinOut() {
    int kept = 0;
    for (int i = 1; i < count; i += 2) {
      versions[kept] = versions[i];
      nanos[kept++] = nanos[i];
    }
    count = kept;
    distanceNanos *= 2;
  }
}
