package io.replicator.hub.delivery;

import com.dynatrace.hash4j.hashing.Hashing;
import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;

/**
 * What one list of a version chain looked like: tells two histories apart that have the same
 * numbers. The application may set its counter back and count up again while no hub looks.
 *
 * @param hash of the keys in any order, never 0; 0 = the list is not known
 * @param expiresAtSeconds 0 = never; the same list has it within {@link #TOLERANCE_SECONDS}
 */
record ChainMark(long hash, long expiresAtSeconds) {
  static final ChainMark UNKNOWN = new ChainMark(0, 0);

  /** A server before 7.0 tells the time left, not the time itself. */
  private static final long TOLERANCE_SECONDS = 2;

  static ChainMark of(VersionList list) {
    long sum = list.keys().size();
    for (Key key : list.keys()) {
      sum += Hashing.xxh3_64().hashBytesToLong(key.bytes());
    }
    return new ChainMark(sum == 0 ? 1 : sum, list.expiresAtMillis() / 1000);
  }

  boolean isKnown() {
    return hash != 0;
  }

  /** False only if both are known and are not the same list. */
  boolean mayBe(ChainMark other) {
    return !isKnown()
        || !other.isKnown()
        || (hash == other.hash
            && Math.abs(expiresAtSeconds - other.expiresAtSeconds) <= TOLERANCE_SECONDS);
  }
}
