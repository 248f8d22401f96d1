package io.replicator.client.receiver;

import io.replicator.api.Key;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.ItemHasher;
import io.replicator.link.reconcile.Sketch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one target holds, as ids under a run's salt with value hashes and the keys they are of.
 * Filled by one thread, then read by one at a time.
 *
 * <pre>
 *   table[hash of id] → entry number → id, value hash, place of the key in the slabs
 * </pre>
 */
final class OwnSet {
  private static final int SLAB_BYTES = 1 << 20;
  private static final int FIRST_SLAB_BYTES = 4096;
  private static final int ENTRY_BYTES = 8 + 8 + 8 + 8;

  private final byte[] salt;
  private final ItemHasher hasher;
  private final long maxBytes;
  private final Digest digest = new Digest();
  private final List<byte[]> slabs = new ArrayList<>();
  private int slabUsed;
  private long keyBytes;

  private int size;
  private long[] ids = new long[1024];
  private long[] valueHashes = new long[1024];
  private long[] places = new long[1024];
  private int[] table = new int[4096];
  private boolean full;

  OwnSet(byte[] salt, long maxBytes) {
    this.salt = salt;
    this.hasher = new ItemHasher(salt);
    this.maxBytes = maxBytes;
  }

  /** Takes a page; false if there is no room for it. A key may come again. */
  boolean add(List<byte[]> keys, long[] hashes) {
    for (int i = 0; i < keys.size() && !full; i++) {
      add(keys.get(i), hashes[i]);
    }
    return !full;
  }

  private void add(byte[] key, long valueHash) {
    long id = hasher.id(key);
    int at = find(id);
    if (table[at] != 0) {
      again(table[at] - 1, valueHash);
      return;
    }
    if (keyBytes + key.length + (long) size * ENTRY_BYTES > maxBytes || key.length > SLAB_BYTES) {
      full = true;
      return;
    }
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
      valueHashes = Arrays.copyOf(valueHashes, size * 2);
      places = Arrays.copyOf(places, size * 2);
    }
    ids[size] = id;
    valueHashes[size] = valueHash;
    places[size] = store(key);
    hasher.add(digest, item(size), key, valueHash);
    table[at] = ++size;
    if (size * 2L > table.length) {
      table = new int[table.length * 2];
      for (int i = 0; i < size; i++) {
        table[find(ids[i])] = i + 1;
      }
    }
  }

  /** It changed while the target was read: what was told last counts. */
  private void again(int entry, long valueHash) {
    if (valueHashes[entry] != valueHash) {
      byte[] key = key(entry).bytes();
      hasher.remove(digest, item(entry), key, valueHashes[entry]);
      valueHashes[entry] = valueHash;
      hasher.add(digest, item(entry), key, valueHash);
    }
  }

  /** Whether it could not take all there was. */
  boolean isFull() {
    return full;
  }

  int size() {
    return size;
  }

  Digest digest() {
    return digest;
  }

  /** Makes a sketch of it longer; by any thread, as long as nothing is added. */
  void extend(Sketch sketch, int symbols) {
    sketch.extend(symbols, ids, valueHashes, 0, size, new ItemHasher(salt));
  }

  /** The entry of this id, -1 if it is not here. */
  int entry(long id) {
    return table[find(id)] - 1;
  }

  long id(int entry) {
    return ids[entry];
  }

  long item(int entry) {
    return hasher.item(ids[entry], valueHashes[entry]);
  }

  Key key(int entry) {
    long place = places[entry];
    byte[] slab = slabs.get((int) (place >>> 42));
    int offset = (int) (place >>> 21) & (1 << 21) - 1;
    int length = (int) place & (1 << 21) - 1;
    return Key.of(Arrays.copyOfRange(slab, offset, offset + length));
  }

  /** Takes an entry out of a digest. */
  void removeFrom(Digest other, int entry) {
    hasher.remove(other, item(entry), key(entry).bytes(), valueHashes[entry]);
  }

  private int find(long id) {
    int mask = table.length - 1;
    int at = (int) (id >>> 20) & mask;
    while (table[at] != 0 && ids[table[at] - 1] != id) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private long store(byte[] key) {
    if (slabs.isEmpty() || slabs.getLast().length - slabUsed < key.length) {
      long next = Math.clamp(keyBytes, FIRST_SLAB_BYTES, SLAB_BYTES); // as much again
      slabs.add(new byte[Math.max((int) next, key.length)]);
      slabUsed = 0;
    }
    byte[] slab = slabs.getLast();
    System.arraycopy(key, 0, slab, slabUsed, key.length);
    long place = (long) (slabs.size() - 1) << 42 | (long) slabUsed << 21 | key.length;
    slabUsed += key.length;
    keyBytes += key.length;
    return place;
  }
}
