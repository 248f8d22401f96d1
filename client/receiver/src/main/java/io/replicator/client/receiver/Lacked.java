package io.replicator.client.receiver;

import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.ItemHasher;
import io.replicator.link.reconcile.WantedIds;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * How one copy differs from the hub's cut.
 *
 * @param byItems whether a list of items told it, else symbols did
 * @param wanted what says to the hub which keys are lacking: items, or {@link WantedIds#prefix}es;
 *     ascending, each once
 * @param values of each key lacking, something that stands for key and value at the hub; ascending
 * @param gone entries that the cut does not have so, ascending
 * @param strays those of them whose key the cut does not have, as far as that is known
 */
record Lacked(boolean byItems, long[] wanted, long[] values, int[] gone, int[] strays) {
  static final Lacked NOTHING = new Lacked(false, new long[0], new long[0], new int[0], new int[0]);

  /**
   * By ids and what their marks differ by.
   *
   * @return null if that cannot be the difference to this set
   */
  static @Nullable Lacked of(long[] ids, int[] deltas, OwnSet own) {
    long[] wanted = new long[ids.length];
    long[] values = new long[ids.length];
    int[] gone = new int[ids.length];
    int[] strays = new int[ids.length];
    int wants = 0;
    int goes = 0;
    int strayed = 0;
    for (int i = 0; i < ids.length; i++) {
      int entry = own.entry(ids[i]);
      int ours = entry < 0 ? 0 : ItemHasher.mark(own.item(entry));
      int theirs = ours + deltas[i];
      if (theirs < 0) {
        return null;
      }
      if (theirs > 0) {
        wanted[wants] = WantedIds.prefix(ids[i]);
        values[wants++] = ids[i] * 0x9e3779b97f4a7c15L + theirs;
      }
      if (entry >= 0) {
        gone[goes++] = entry;
        if (theirs == 0) {
          strays[strayed++] = entry;
        }
      }
    }
    return new Lacked(
        false,
        Arrays.stream(wanted, 0, wants).sorted().distinct().toArray(),
        Arrays.stream(values, 0, wants).sorted().toArray(),
        Arrays.stream(gone, 0, goes).sorted().toArray(),
        Arrays.copyOf(strays, strayed));
  }

  /** By the hub's items in these buckets, in which whatever differs is. */
  static Lacked of(long[] hubItems, BitSet buckets, OwnSet own) {
    long[] theirs = Arrays.stream(hubItems).sorted().distinct().toArray();
    long[] ours = new long[own.size()];
    int[] gone = new int[own.size()];
    int n = 0;
    int goes = 0;
    for (int entry = 0; entry < own.size(); entry++) {
      long item = own.item(entry);
      if (buckets.get(Digest.bucketOf(item))) {
        ours[n++] = item;
        if (Arrays.binarySearch(theirs, item) < 0) {
          gone[goes++] = entry;
        }
      }
    }
    long[] sorted = Arrays.stream(ours, 0, n).sorted().toArray();
    long[] wanted =
        Arrays.stream(theirs).filter(item -> Arrays.binarySearch(sorted, item) < 0).toArray();
    int[] going = Arrays.copyOf(gone, goes);
    return new Lacked(true, wanted, wanted, going, going);
  }
}
