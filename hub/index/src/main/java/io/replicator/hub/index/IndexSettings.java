package io.replicator.hub.index;

/**
 * Sizes of a change index.
 *
 * @param versioned whether versions come from the application: what a scan or a read finds out then
 *     gets the present version instead of a new one
 * @param maxTombstones deleted keys remembered; beyond about this (and an eighth of the keys) the
 *     oldest are forgotten and the horizon rises
 * @param pageShift rows in a page, as a power of two
 * @param segmentEntries entries in a segment of the version log
 * @param slabBytes bytes in a slab of keys, at most 1 MiB
 */
public record IndexSettings(
    boolean versioned, int maxTombstones, int pageShift, int segmentEntries, int slabBytes) {
  public static final int DEFAULT_MAX_TOMBSTONES = 1_000_000;

  public IndexSettings {
    require("maxTombstones", maxTombstones, 0, 1 << 30);
    require("pageShift", pageShift, 1, 20);
    require("segmentEntries", segmentEntries, 2, 1 << 20);
    require("slabBytes", slabBytes, 64, 1 << 20);
  }

  /** The hub numbers the changes. */
  public static IndexSettings plain() {
    return new IndexSettings(false, DEFAULT_MAX_TOMBSTONES, 12, 1 << 14, 1 << 20);
  }

  /** The application numbers the changes. */
  public static IndexSettings ofVersioned() {
    return new IndexSettings(true, DEFAULT_MAX_TOMBSTONES, 12, 1 << 14, 1 << 20);
  }

  public IndexSettings withMaxTombstones(int max) {
    return new IndexSettings(versioned, max, pageShift, segmentEntries, slabBytes);
  }

  private static void require(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " " + value + ": between " + min + " and " + max + " expected");
    }
  }
}
