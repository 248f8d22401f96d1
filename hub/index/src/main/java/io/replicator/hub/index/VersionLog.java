package io.replicator.hub.index;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All changes in order of version, as slots. An entry is live if its row still has the entry's
 * version; each used row has exactly one live entry. The others are garbage and are left out by a
 * cleaning pass, which walks the sealed segments from the oldest on, some entries with each put:
 *
 * <pre>
 *   cleaned: [full] [full] [being written]
 *   segments:                  [half read] [sealed] [sealed] ... [sealed] | [appended to]
 *                                    ^ readPosition              end of the pass ^
 * </pre>
 *
 * A reader walks the cleaned ones and then the unread rest.
 */
final class VersionLog {
  /** Decides what becomes of a live entry that the pass meets. */
  interface Keeper {
    /** False: the entry is not needed any more (its row was freed just now). */
    boolean keep(int slot, long version);
  }

  /** Stands where a segment was that the pass has read, so that its memory is free at once. */
  private static final LogSegment GONE = new LogSegment(0, 0);

  private final Rows rows;
  private final int segmentSize;
  private List<LogSegment> cleaned = new ArrayList<>();
  private List<LogSegment> segments = new ArrayList<>();
  private boolean cleaning;

  /** While cleaning: the first unread segment, the place in it, and where the pass ends. */
  private int readSegment;

  private int readPosition;
  private int passEnd;

  private long entries;
  private long memoryBytes;
  private long entriesRead;
  private long entriesCleaned;
  private long passes;

  VersionLog(Rows rows, int segmentSize) {
    this.rows = rows;
    this.segmentSize = segmentSize;
  }

  void append(int slot, long version) {
    add(segments, slot, version);
    entries++;
  }

  /** Entries, garbage included. */
  long entries() {
    return entries;
  }

  long memoryBytes() {
    return memoryBytes;
  }

  /** Entries that readers have looked at, ever. */
  long entriesRead() {
    return entriesRead;
  }

  /** Entries that cleaning has looked at, ever. */
  long entriesCleaned() {
    return entriesCleaned;
  }

  long passes() {
    return passes;
  }

  boolean isCleaning() {
    return cleaning;
  }

  /** Begins a pass over all sealed segments; false if there are none. */
  boolean startPass() {
    if (cleaning || segments.size() < 2) {
      return false;
    }
    cleaning = true;
    readSegment = 0;
    readPosition = 0;
    passEnd = segments.size() - 1;
    passes++;
    return true;
  }

  /** Goes on with the pass for so many entries. */
  void clean(int maxEntries, Keeper keeper) {
    for (int i = 0; i < maxEntries && cleaning; i++) {
      LogSegment segment = segments.get(readSegment);
      int slot = segment.slot(readPosition);
      long version = segment.version(readPosition);
      entriesCleaned++;
      if (rows.version(slot) == version && keeper.keep(slot, version)) {
        add(cleaned, slot, version);
      } else {
        entries--;
      }
      if (++readPosition == segment.count()) {
        memoryBytes -= segment.memoryBytes();
        segments.set(readSegment, GONE);
        nextSegment();
      }
    }
  }

  /**
   * The slots whose present version is in {@code (after, until]}, unordered.
   *
   * @return how many, -1 if more than {@code out} holds
   */
  int list(long after, long until, int[] out) {
    int n = list(cleaned, 0, 0, after, until, out, 0);
    return n < 0
        ? n
        : list(
            segments,
            cleaning ? readSegment : 0,
            cleaning ? readPosition : 0,
            after,
            until,
            out,
            n);
  }

  private int list(
      List<LogSegment> list, int from, int position, long after, long until, int[] out, int found) {
    int n = found;
    for (int s = firstSegmentAbove(list, from, after); s < list.size(); s++) {
      LogSegment segment = list.get(s);
      for (int i = segment.firstAbove(after, s == from ? position : 0); i < segment.count(); i++) {
        long version = segment.version(i);
        if (version > until) {
          return n;
        }
        entriesRead++;
        int slot = segment.slot(i);
        if (rows.version(slot) == version) {
          if (n == out.length) {
            return -1;
          }
          out[n++] = slot;
        }
      }
    }
    return n;
  }

  private static int firstSegmentAbove(List<LogSegment> list, int from, long after) {
    int low = from;
    int high = list.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (list.get(middle).lastVersion() > after) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void add(List<LogSegment> list, int slot, long version) {
    @Nullable LogSegment last = list.isEmpty() ? null : list.getLast();
    if (last == null || !last.accepts(version)) {
      last = new LogSegment(segmentSize, version);
      list.add(last);
      memoryBytes += last.memoryBytes();
    }
    long before = last.memoryBytes();
    last.add(slot, version);
    memoryBytes += last.memoryBytes() - before;
  }

  private void nextSegment() {
    readPosition = 0;
    readSegment++;
    if (readSegment == passEnd) {
      List<LogSegment> all = cleaned;
      all.addAll(segments.subList(readSegment, segments.size()));
      segments = all;
      cleaned = new ArrayList<>();
      cleaning = false;
    }
  }
}
