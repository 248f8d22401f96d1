package io.replicator.client.sink.cassandra;

/**
 * What this process knows of the traces of keys that it wrote: key hash → bits of {@link Trace}. A
 * bounded open-addressing table (10 bytes a place, half of them used); when it is full it forgets
 * everything, which costs some deletes that were not needed and is never wrong.
 */
final class KnownKeys {
  private static final int FIRST_PLACES = 1024;

  private final int limit;
  private long[] hashes = new long[0];
  private short[] traces = new short[0];
  private int size;

  KnownKeys(int limit) {
    this.limit = limit;
  }

  /** The traces of a key, -1 = not known. */
  int get(long hash) {
    if (size == 0) {
      return -1;
    }
    int place = place(hashes, mark(hash));
    return hashes[place] == 0 ? -1 : traces[place];
  }

  void put(long hash, int bits) {
    if (limit == 0) {
      return;
    }
    if (size >= limit) {
      clear();
    }
    if (size * 2 >= hashes.length) {
      grow();
    }
    long mark = mark(hash);
    int place = place(hashes, mark);
    if (hashes[place] == 0) {
      hashes[place] = mark;
      size++;
    }
    traces[place] = (short) bits;
  }

  int size() {
    return size;
  }

  void clear() {
    hashes = new long[0];
    traces = new short[0];
    size = 0;
  }

  private void grow() {
    int places = Math.max(FIRST_PLACES, hashes.length * 2);
    long[] largerHashes = new long[places];
    short[] largerTraces = new short[places];
    for (int i = 0; i < hashes.length; i++) {
      if (hashes[i] != 0) {
        int place = place(largerHashes, hashes[i]);
        largerHashes[place] = hashes[i];
        largerTraces[place] = traces[i];
      }
    }
    hashes = largerHashes;
    traces = largerTraces;
  }

  /** 0 stands for a free place. */
  private static long mark(long hash) {
    return hash == 0 ? 1 : hash;
  }

  private static int place(long[] hashes, long mark) {
    int at = (int) mark & (hashes.length - 1);
    while (hashes[at] != 0 && hashes[at] != mark) {
      at = (at + 1) & (hashes.length - 1);
    }
    return at;
  }
}
