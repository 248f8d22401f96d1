package io.replicator.client.sink.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A bounded set of 64-bit key hashes: 128 open-addressing tables that grow one by one, so that
 * growing never copies more than a hundredth of it. Two keys with the same hash are taken for one:
 * then a leftover stays, nothing is lost.
 */
final class AppliedKeys {
  private static final int TABLES = 128;
  private static final int FIRST_SIZE = 16;
  private static final long[] NONE = new long[1]; // one free place, which nobody takes

  private final int limit;
  private final List<long[]> tables = new ArrayList<>(Collections.nCopies(TABLES, NONE));
  private final int[] sizes = new int[TABLES];
  private int size;
  private boolean zero;
  private boolean complete = true;

  AppliedKeys(int limit) {
    this.limit = limit;
  }

  /** Remembers a hash; false if there is no room: from then on the set {@link #isComplete} not. */
  boolean add(long hash) {
    if (contains(hash)) {
      return true;
    }
    if (size == limit) {
      complete = false;
      return false;
    }
    size++;
    if (hash == 0) {
      zero = true;
      return true;
    }
    int number = (int) (hash >>> 57);
    long[] table = roomFor(number);
    table[place(table, hash)] = hash;
    sizes[number]++;
    return true;
  }

  boolean contains(long hash) {
    if (hash == 0) {
      return zero;
    }
    long[] table = tables.get((int) (hash >>> 57));
    return table[place(table, hash)] == hash;
  }

  int size() {
    return size;
  }

  /** Whether everything ever added is in it. */
  boolean isComplete() {
    return complete;
  }

  /** Says that something was applied that this set never heard of. */
  void markIncomplete() {
    complete = false;
  }

  void clear() {
    Collections.fill(tables, NONE);
    Arrays.fill(sizes, 0);
    size = 0;
    zero = false;
    complete = true;
  }

  private long[] roomFor(int number) {
    long[] table = tables.get(number);
    if (table.length == 1) {
      table = new long[FIRST_SIZE];
      tables.set(number, table);
    } else if (sizes[number] * 4L >= table.length * 3L) {
      long[] larger = new long[table.length * 2];
      for (long hash : table) {
        if (hash != 0) {
          larger[place(larger, hash)] = hash;
        }
      }
      tables.set(number, larger);
      table = larger;
    }
    return table;
  }

  /** Where the hash is, or the free place where it would be. */
  private static int place(long[] table, long hash) {
    int at = (int) hash & (table.length - 1);
    while (table[at] != 0 && table[at] != hash) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }
}
