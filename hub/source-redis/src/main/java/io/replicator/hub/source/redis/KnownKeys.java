package io.replicator.hub.source.redis;

import java.util.Arrays;

/**
 * Which keys this database holds or held, as 64-bit hashes: tracking does not say in which database
 * a key changed. Two keys of the same hash cost a needless hint, nothing else. Open addressing, at
 * most three quarters full.
 */
final class KnownKeys {
  private long[] slots = new long[1024];
  private int size;

  boolean contains(byte[] key) {
    long hash = hash(key);
    int at = index(hash);
    while (slots[at] != 0) {
      if (slots[at] == hash) {
        return true;
      }
      at = (at + 1) & (slots.length - 1);
    }
    return false;
  }

  void add(byte[] key) {
    insert(hash(key));
    if (size * 4L > slots.length * 3L) {
      long[] old = slots;
      slots = new long[old.length * 2];
      size = 0;
      Arrays.stream(old).filter(hash -> hash != 0).forEach(this::insert);
    }
  }

  private void insert(long hash) {
    int at = index(hash);
    while (slots[at] != 0 && slots[at] != hash) {
      at = (at + 1) & (slots.length - 1);
    }
    if (slots[at] == 0) {
      slots[at] = hash;
      size++;
    }
  }

  private int index(long hash) {
    return (int) (hash >>> 32) & (slots.length - 1);
  }

  /** FNV-1a with a final mix; 0 stands for an empty slot. */
  private static long hash(byte[] key) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : key) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
    return hash == 0 ? 1 : hash;
  }
}
