package io.replicator.hub.index;

import java.util.Arrays;

/**
 * Finds a key's slot: open addressing with linear probing, in many small partitions that grow one
 * by one, so that growing never takes long. An entry is {@code slot + 1}, 0 = empty; hash and bytes
 * of the key are in its row and slab.
 */
final class KeyTable {
  private static final int PARTITION_BITS = 10;
  private static final int[] EMPTY = new int[0];
  private static final int FIRST_SIZE = 8;

  private final Rows rows;
  private final KeySlabs slabs;
  private final int[][] partitions = new int[1 << PARTITION_BITS][];
  private final int[] counts = new int[1 << PARTITION_BITS];
  private long cells;

  KeyTable(Rows rows, KeySlabs slabs) {
    this.rows = rows;
    this.slabs = slabs;
    Arrays.fill(partitions, EMPTY);
  }

  int find(byte[] key, int offset, int length, int keyHash) {
    int[] cells = partitions[partition(keyHash)];
    int mask = cells.length - 1;
    if (mask < 0) {
      return Rows.NONE;
    }
    for (int i = keyHash & mask; cells[i] != 0; i = (i + 1) & mask) {
      int slot = cells[i] - 1;
      if (rows.keyHash(slot) == keyHash && slabs.equals(rows.place(slot), key, offset, length)) {
        return slot;
      }
    }
    return Rows.NONE;
  }

  /** Adds a slot whose row has its key hash and whose key is not in the table. */
  void add(int slot) {
    int keyHash = rows.keyHash(slot);
    int partition = partition(keyHash);
    int[] cells = partitions[partition];
    if (++counts[partition] * 4 > cells.length * 3) {
      cells = grown(cells);
      partitions[partition] = cells;
    }
    put(cells, slot, keyHash);
  }

  /** Takes a slot out and closes the gap, so that no mark of it remains. */
  void remove(int slot) {
    int keyHash = rows.keyHash(slot);
    int partition = partition(keyHash);
    int[] cells = partitions[partition];
    int mask = cells.length - 1;
    int gap = keyHash & mask;
    while (cells[gap] != slot + 1) {
      gap = (gap + 1) & mask;
    }
    counts[partition]--;
    for (int i = (gap + 1) & mask; cells[i] != 0; i = (i + 1) & mask) {
      int home = rows.keyHash(cells[i] - 1) & mask;
      // it may stand at the gap if its home is not behind the gap (cyclically)
      if (((i - home) & mask) >= ((i - gap) & mask)) {
        cells[gap] = cells[i];
        gap = i;
      }
    }
    cells[gap] = 0;
  }

  long memoryBytes() {
    return cells * Integer.BYTES;
  }

  private int[] grown(int[] old) {
    int[] grown = new int[Math.max(FIRST_SIZE, old.length * 2)];
    cells += grown.length - old.length;
    for (int entry : old) {
      if (entry != 0) {
        put(grown, entry - 1, rows.keyHash(entry - 1));
      }
    }
    return grown;
  }

  private static void put(int[] cells, int slot, int keyHash) {
    int mask = cells.length - 1;
    int i = keyHash & mask;
    while (cells[i] != 0) {
      i = (i + 1) & mask;
    }
    cells[i] = slot + 1;
  }

  private static int partition(int keyHash) {
    return keyHash >>> (Integer.SIZE - PARTITION_BITS);
  }
}
