package io.replicator.hub.index;

import java.util.Arrays;

/**
 * The rows of the index, four longs each, in pages of a fixed size. A slot is a row's number; slots
 * of dropped keys are used again.
 *
 * <pre>
 *   long 0  | tombstone (1 bit) | 0 | key's place in the slabs (62 bits)  |   of a free row: next free slot
 *   long 1  | version of the last change, 0 = free row                    |
 *   long 2  | hash of the value as last read, 0 = unknown                 |
 *   long 3  | hash of the key (32 bits) | last scan that met it (32 bits) |
 * </pre>
 */
final class Rows {
  static final int NONE = -1;
  private static final int LONGS = 4;
  private static final long TOMBSTONE = 1L << 63;

  private final int pageShift;
  private final int pageMask;
  private long[][] pages = new long[0][];
  private int pageCount;
  private int limit;
  private int firstFree = NONE;

  Rows(int pageShift) {
    this.pageShift = pageShift;
    this.pageMask = (1 << pageShift) - 1;
  }

  /** Every slot ever used is below. */
  int limit() {
    return limit;
  }

  long memoryBytes() {
    return (long) pageCount * (((long) LONGS * Long.BYTES) << pageShift);
  }

  /** A slot for a new key: a freed one, else the next. Its version is 0 until it is set. */
  int allocate(int keyHash, long place) {
    int slot = firstFree;
    if (slot == NONE) {
      slot = limit;
      if (slot == Integer.MAX_VALUE) {
        throw new IllegalStateException("the index is full: " + limit + " keys in one database");
      }
      limit++;
      if (slot >>> pageShift == pageCount) {
        addPage();
      }
    } else {
      firstFree = (int) page(slot)[at(slot)];
    }
    long[] page = page(slot);
    int at = at(slot);
    page[at] = place;
    page[at + 1] = 0;
    page[at + 2] = 0;
    page[at + 3] = (long) keyHash << 32;
    return slot;
  }

  void free(int slot) {
    long[] page = page(slot);
    int at = at(slot);
    page[at] = firstFree;
    page[at + 1] = 0;
    firstFree = slot;
  }

  boolean isUsed(int slot) {
    return slot >= 0 && slot < limit && version(slot) != 0;
  }

  long place(int slot) {
    return page(slot)[at(slot)] & ~TOMBSTONE;
  }

  void setPlace(int slot, long place) {
    long[] page = page(slot);
    int at = at(slot);
    page[at] = (page[at] & TOMBSTONE) | place;
  }

  boolean isTombstone(int slot) {
    return page(slot)[at(slot)] < 0;
  }

  void setTombstone(int slot, boolean tombstone) {
    long[] page = page(slot);
    int at = at(slot);
    page[at] = tombstone ? page[at] | TOMBSTONE : page[at] & ~TOMBSTONE;
  }

  long version(int slot) {
    return page(slot)[at(slot) + 1];
  }

  void setVersion(int slot, long version) {
    page(slot)[at(slot) + 1] = version;
  }

  long hash(int slot) {
    return page(slot)[at(slot) + 2];
  }

  void setHash(int slot, long hash) {
    page(slot)[at(slot) + 2] = hash;
  }

  int keyHash(int slot) {
    return (int) (page(slot)[at(slot) + 3] >>> 32);
  }

  int scan(int slot) {
    return (int) page(slot)[at(slot) + 3];
  }

  void setScan(int slot, int scan) {
    long[] page = page(slot);
    int at = at(slot) + 3;
    page[at] = (page[at] & 0xffff_ffff_0000_0000L) | (scan & 0xffff_ffffL);
  }

  private long[] page(int slot) {
    return pages[slot >>> pageShift];
  }

  private int at(int slot) {
    return (slot & pageMask) * LONGS;
  }

  private void addPage() {
    if (pageCount == pages.length) {
      pages = Arrays.copyOf(pages, Math.max(4, pageCount * 2));
    }
    pages[pageCount++] = new long[LONGS << pageShift];
  }
}
