package io.replicator.command.compare;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The keys met at the source, as 64-bit hashes in an open-addressed table: 8 to 32 bytes a key. Two
 * of a million keys share a hash with a probability of 3 in 100 million.
 */
final class SeenKeys {
  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private long[] table = new long[1 << 10];
  private int size;

  /** Whether it was not there before. */
  boolean add(byte[] key) {
    if (size * 2 > table.length) {
      grow();
    }
    if (put(hash(key))) {
      size++;
      return true;
    }
    return false;
  }

  boolean contains(byte[] key) {
    return table[place(hash(key))] != 0;
  }

  int size() {
    return size;
  }

  private boolean put(long hash) {
    int place = place(hash);
    boolean isNew = table[place] == 0;
    table[place] = hash;
    return isNew;
  }

  /** Where the hash is or would stand. */
  private int place(long hash) {
    int mask = table.length - 1;
    int place = (int) hash & mask;
    while (table[place] != 0 && table[place] != hash) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    long[] old = table;
    table = new long[old.length * 2];
    for (long hash : old) {
      if (hash != 0) {
        put(hash);
      }
    }
  }

  private static long hash(byte[] key) {
    long hash = XXH3.hashBytesToLong(key);
    return hash == 0 ? 1 : hash;
  }
}
