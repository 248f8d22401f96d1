package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionList;

/**
 * The marks of the newest lists of a version chain. Written on the loop, read also by the workers
 * that encode cursors.
 */
final class ChainMarks {
  private static final int FIRST_ROWS = 64;
  private static final int MOST_ROWS = 65_536; // 1.5 MB

  private long[] versions = new long[FIRST_ROWS]; // guarded by this; a row is version % length
  private long[] hashes = new long[FIRST_ROWS]; // guarded by this
  private long[] expiries = new long[FIRST_ROWS]; // guarded by this
  private long newest; // guarded by this

  /** Takes in the next list; versions ascend. */
  synchronized void add(VersionList list) {
    ChainMark mark = ChainMark.of(list);
    if (versions[row(list.version())] != 0 && versions.length < MOST_ROWS) {
      grow();
    }
    newest = Math.max(newest, list.version());
    put(list.version(), mark.hash(), mark.expiresAtSeconds());
  }

  /** The mark of this version's list, if it is one of the newest. */
  synchronized ChainMark of(long version) {
    int row = row(version);
    return version > 0 && versions[row] == version
        ? new ChainMark(hashes[row], expiries[row])
        : ChainMark.UNKNOWN;
  }

  synchronized void clear() {
    versions = new long[FIRST_ROWS];
    hashes = new long[FIRST_ROWS];
    expiries = new long[FIRST_ROWS];
    newest = 0;
  }

  private void grow() {
    long[] oldVersions = versions;
    long[] oldHashes = hashes;
    long[] oldExpiries = expiries;
    int length = Math.min(MOST_ROWS, 2 * oldVersions.length);
    versions = new long[length];
    hashes = new long[length];
    expiries = new long[length];
    for (int i = 0; i < oldVersions.length; i++) {
      if (oldVersions[i] > newest - length) {
        put(oldVersions[i], oldHashes[i], oldExpiries[i]);
      }
    }
  }

  private void put(long version, long hash, long expiresAtSeconds) {
    int row = row(version);
    versions[row] = version;
    hashes[row] = hash;
    expiries[row] = expiresAtSeconds;
  }

  private int row(long version) {
    return (int) Math.floorMod(version, (long) versions.length);
  }
}
