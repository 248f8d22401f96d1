package io.replicator.hub.delivery;

import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some chosen keys, in slot order, and what they hold once they have been read. */
final class Page {
  private final int[] slots;
  private final long[] versions;
  private final byte[][] keys;
  private final boolean[] tombstones;
  private final List<byte[]> toRead = new ArrayList<>();
  private int size;
  private int askedInScan;
  private @Nullable ReadPage read;
  private @Nullable Throwable failure;

  Page(int maxKeys) {
    slots = new int[maxKeys];
    versions = new long[maxKeys];
    keys = new byte[maxKeys][];
    tombstones = new boolean[maxKeys];
  }

  void add(int slot, long version, boolean tombstone, byte[] key) {
    slots[size] = slot;
    versions[size] = version;
    keys[size] = key;
    tombstones[size++] = tombstone;
    if (!tombstone) {
      toRead.add(key);
    }
  }

  /** Remembers which scan of the database was the last when the page was asked for. */
  void asked(int scanNumber) {
    askedInScan = scanNumber;
  }

  int askedInScan() {
    return askedInScan;
  }

  boolean isFull() {
    return size == slots.length;
  }

  int size() {
    return size;
  }

  int slot(int i) {
    return slots[i];
  }

  long version(int i) {
    return versions[i];
  }

  byte[] key(int i) {
    return keys[i];
  }

  boolean isTombstone(int i) {
    return tombstones[i];
  }

  /** Keys that are not known to be gone, in order. */
  List<byte[]> toRead() {
    return toRead;
  }

  void complete(@Nullable ReadPage result, @Nullable Throwable error) {
    if (result != null && result.entries().size() != toRead.size()) {
      failure =
          new IllegalStateException(
              "the source answered "
                  + result.entries().size()
                  + " entries for "
                  + toRead.size()
                  + " keys");
    } else {
      read = result;
      failure = error;
    }
  }

  boolean isComplete() {
    return read != null || failure != null;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** The version of a versioned database at which the page was read. */
  long readAt() {
    return read == null ? 0 : read.version();
  }

  /** What was read, one for each of {@link #toRead}. */
  List<Read> reads() {
    return read == null ? List.of() : read.entries();
  }

  /** A page of this entry alone. */
  Page only(int i) {
    Page page = new Page(1);
    page.add(slots[i], versions[i], tombstones[i], keys[i]);
    return page;
  }

  @Override
  public String toString() {
    return "slots " + Arrays.toString(Arrays.copyOf(slots, size));
  }
}
