package io.replicator.client.receiver;

import io.replicator.api.Key;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.ItemHasher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one target holds, as items under a run's salt, with the keys they are of. Filled by one
 * thread, then read by others.
 *
 * <pre>
 *   table[hash of item] → entry number → item, value hash, place of the key in the slabs
 * </pre>
 */
final class OwnSet {
  private static final int SLAB_BYTES = 1 << 20;
  private static final int ENTRY_BYTES = 8 + 8 + 8 + 8;

  private final ItemHasher hasher;
  private final long maxBytes;
  private final Digest digest = new Digest();
  private final List<byte[]> slabs = new ArrayList<>();
  private int slabUsed = SLAB_BYTES;
  private long keyBytes;

  private int size;
  private long[] items = new long[1024];
  private long[] valueHashes = new long[1024];
  private long[] places = new long[1024];
  private int[] table = new int[4096];
  private boolean full;

  OwnSet(byte[] salt, long maxBytes) {
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
    long item = hasher.item(key, valueHash);
    int at = find(item);
    if (table[at] != 0) {
      return;
    }
    if (keyBytes + key.length + (long) size * ENTRY_BYTES > maxBytes || key.length > SLAB_BYTES) {
      full = true;
      return;
    }
    if (size == items.length) {
      items = Arrays.copyOf(items, size * 2);
      valueHashes = Arrays.copyOf(valueHashes, size * 2);
      places = Arrays.copyOf(places, size * 2);
    }
    items[size] = item;
    valueHashes[size] = valueHash;
    places[size] = store(key);
    table[at] = ++size;
    hasher.add(digest, item, key, valueHash);
    if (size * 2L > table.length) {
      table = new int[table.length * 2];
      for (int i = 0; i < size; i++) {
        table[find(items[i])] = i + 1;
      }
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

  /** The items; only the first {@link #size} count. */
  long[] items() {
    return items;
  }

  boolean contains(long item) {
    return table[find(item)] != 0;
  }

  /** The key of an item that is here. */
  Key key(long item) {
    long place = places[entry(item)];
    byte[] slab = slabs.get((int) (place >>> 42));
    int offset = (int) (place >>> 21) & (1 << 21) - 1;
    int length = (int) place & (1 << 21) - 1;
    return Key.of(Arrays.copyOfRange(slab, offset, offset + length));
  }

  /** Takes items that are here out of a digest. */
  void removeFrom(Digest other, long[] gone) {
    for (long item : gone) {
      hasher.remove(other, item, key(item).bytes(), valueHashes[entry(item)]);
    }
  }

  private int entry(long item) {
    int number = table[find(item)];
    if (number == 0) {
      throw new IllegalArgumentException("item %016x is not in the set".formatted(item));
    }
    return number - 1;
  }

  private int find(long item) {
    int mask = table.length - 1;
    int at = (int) (item >>> 20) & mask;
    while (table[at] != 0 && items[table[at] - 1] != item) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private long store(byte[] key) {
    if (SLAB_BYTES - slabUsed < key.length) {
      slabs.add(new byte[SLAB_BYTES]);
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
