package io.replicator.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sink applies together: some changes of one feed and the cursor parts that are true once
 * they are in place.
 *
 * @param feed which feed it belongs to
 * @param lane live changes or backfill
 * @param epoch identity of the history of versions
 * @param readVersion the database's version when the keys of this batch were chosen; a change
 *     applied before with a greater version is newer than what this batch holds of that key
 * @param changes in order; a key stands here once (the slices of one large value excepted)
 * @param cursor the parts to store with the data; parts that are null stay as they are
 * @param snapshotBegin a new snapshot starts here: whatever the target holds may be left over
 * @param snapshotEnd with this batch the snapshot is complete: what is left over may go
 * @param chain for a versioned database, what to write after the changes; null = nothing
 */
public record Batch(
    FeedId feed,
    Lane lane,
    long epoch,
    long readVersion,
    List<Change> changes,
    Cursor cursor,
    boolean snapshotBegin,
    boolean snapshotEnd,
    @Nullable VersionChain chain) {

  public Batch {
    changes = List.copyOf(changes);
    requireNotNegative("readVersion", readVersion);
  }

  /**
   * The source's version chain up to {@code version}, of which every change is now at the target
   * (invariant I8).
   *
   * @param version the source's {@code version} key
   * @param lists the chain's lists {@code version:<n>} that the target lacks, ascending
   */
  public record VersionChain(long version, List<VersionList> lists) {
    public VersionChain {
      lists = List.copyOf(lists);
      requireNotNegative("version", version);
      for (int i = 1; i < lists.size(); i++) {
        if (lists.get(i).version() <= lists.get(i - 1).version()) {
          throw new IllegalArgumentException(
              "version lists must ascend: "
                  + lists.get(i).version()
                  + " after "
                  + lists.get(i - 1).version());
        }
      }
    }
  }

  /**
   * One list of the chain.
   *
   * @param expiresAtMillis Unix time in milliseconds at which the list ends, 0 = never
   */
  public record VersionList(long version, List<Key> keys, long expiresAtMillis) {
    public VersionList {
      keys = List.copyOf(keys);
      requireNotNegative("version", version);
      requireNotNegative("expiresAtMillis", expiresAtMillis);
    }
  }

  private static void requireNotNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " " + value + " is negative");
    }
  }
}
