package io.replicator.client.receiver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * What a target was last found to hold, and what was done to it since: the hash of each key's
 * value. Not thread-safe.
 *
 * <pre>
 *   table[hash of key] → entry → value hash (0 = gone), generation, place of the key in the slabs
 * </pre>
 *
 * <p>Each reading of the target is a generation. A page of it says nothing about a key that was
 * written, removed or told since the reading began: that entry has this generation already. What
 * has an older one at the end is not there any more.
 */
final class HeldKeys {
  private static final int SLAB_BYTES = 1 << 20;
  private static final int ENTRY_BYTES = 8 + 8 + 4 + 8;
  private static final int FEW = 1024;

  /** The longest key that it takes. */
  static final int MAX_KEY_BYTES = SLAB_BYTES;

  private final long seed = ThreadLocalRandom.current().nextLong() | 1;
  private List<byte[]> slabs = new ArrayList<>();
  private int slabUsed = SLAB_BYTES;

  private int size;
  private int gone;
  private long[] valueHashes = new long[FEW];
  private long[] places = new long[FEW];
  private int[] generations = new int[FEW];
  private int[] table = new int[4 * FEW];
  private int generation;

  /** A reading begins. */
  int beginGeneration() {
    return ++generation;
  }

  /** The key holds this now; 0 = it is gone. */
  void put(byte[] key, long valueHash) {
    int entry = entryOf(key);
    if (valueHash == 0 && valueHashes[entry] != 0) {
      gone++;
    } else if (valueHash != 0 && valueHashes[entry] == 0) {
      gone--;
    }
    valueHashes[entry] = valueHash;
    generations[entry] = generation;
  }

  /** The reading under way has found this. */
  void found(byte[] key, long valueHash) {
    int entry = entryOf(key); // first: it may replace the arrays
    if (generations[entry] != generation) {
      put(key, valueHash);
    }
  }

  /** The reading has ended: what it did not find is gone. */
  void endGeneration() {
    for (int i = 0; i < size; i++) {
      if (generations[i] != generation && valueHashes[i] != 0) {
        valueHashes[i] = 0;
        gone++;
      }
    }
  }

  /** Keys that are there. */
  int count() {
    return size - gone;
  }

  /** Entries, those gone among them. */
  int entries() {
    return size;
  }

  long memoryBytes() {
    return (long) slabs.size() * SLAB_BYTES + (long) valueHashes.length * ENTRY_BYTES;
  }

  /**
   * Tells what is there among some entries.
   *
   * @return what {@code pages} answered
   */
  boolean tell(int from, int to, Taker taker) {
    List<byte[]> keys = new ArrayList<>(to - from);
    long[] hashes = new long[to - from];
    for (int i = from; i < to; i++) {
      if (valueHashes[i] != 0) {
        hashes[keys.size()] = valueHashes[i];
        keys.add(key(places[i]));
      }
    }
    return taker.take(keys, Arrays.copyOf(hashes, keys.size()));
  }

  /** Takes some keys and their hashes. */
  @FunctionalInterface
  interface Taker {
    boolean take(List<byte[]> keys, long[] hashes);
  }

  /** Rids itself of what is gone, if that is much. */
  void tidy(BooleanSupplier mayMove) {
    if (gone <= FEW || gone < size / 2 || !mayMove.getAsBoolean()) {
      return;
    }
    List<byte[]> oldSlabs = slabs;
    long[] oldHashes = valueHashes;
    long[] oldPlaces = places;
    int[] oldGenerations = generations;
    int oldSize = size;
    slabs = new ArrayList<>();
    slabUsed = SLAB_BYTES;
    size = 0;
    gone = 0;
    valueHashes = new long[Math.max(FEW, oldSize - oldSize / 2)];
    places = new long[valueHashes.length];
    generations = new int[valueHashes.length];
    table = new int[Integer.highestOneBit(valueHashes.length) * 4];
    for (int i = 0; i < oldSize; i++) {
      if (oldHashes[i] != 0) {
        int entry = entryOf(key(oldSlabs, oldPlaces[i]));
        gone--;
        valueHashes[entry] = oldHashes[i];
        generations[entry] = oldGenerations[i];
      }
    }
  }

  /** The key's entry; a new one is gone, and of no generation. */
  private int entryOf(byte[] key) {
    int at = find(key);
    if (table[at] != 0) {
      return table[at] - 1;
    }
    if (size == valueHashes.length) {
      valueHashes = Arrays.copyOf(valueHashes, size * 2);
      places = Arrays.copyOf(places, size * 2);
      generations = Arrays.copyOf(generations, size * 2);
    }
    places[size] = store(key);
    valueHashes[size] = 0;
    generations[size] = -1;
    gone++;
    table[at] = ++size;
    if (size * 2L > table.length) {
      table = new int[table.length * 2];
      for (int i = 0; i < size; i++) {
        table[find(key(places[i]))] = i + 1;
      }
    }
    return size - 1;
  }

  private int find(byte[] key) {
    int mask = table.length - 1;
    int at = hash(key) & mask;
    while (table[at] != 0 && !isAt(places[table[at] - 1], key)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private boolean isAt(long place, byte[] key) {
    int offset = offset(place);
    return length(place) == key.length
        && Arrays.equals(slabs.get(slab(place)), offset, offset + key.length, key, 0, key.length);
  }

  /** Good enough for a table, and not to be foreseen by who names keys. */
  private int hash(byte[] key) {
    long hash = seed;
    for (byte b : key) {
      hash = (hash ^ b) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    return (int) (hash >>> 32);
  }

  private byte[] key(long place) {
    return key(slabs, place);
  }

  private static byte[] key(List<byte[]> slabs, long place) {
    int offset = offset(place);
    return Arrays.copyOfRange(slabs.get(slab(place)), offset, offset + length(place));
  }

  private long store(byte[] key) {
    if (SLAB_BYTES - slabUsed < key.length) {
      slabs.add(new byte[SLAB_BYTES]);
      slabUsed = 0;
    }
    System.arraycopy(key, 0, slabs.getLast(), slabUsed, key.length);
    long place = (long) (slabs.size() - 1) << 42 | (long) slabUsed << 21 | key.length;
    slabUsed += key.length;
    return place;
  }

  private static int slab(long place) {
    return (int) (place >>> 42);
  }

  private static int offset(long place) {
    return (int) (place >>> 21) & (1 << 21) - 1;
  }

  private static int length(long place) {
    return (int) place & (1 << 21) - 1;
  }
}
