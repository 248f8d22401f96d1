package io.replicator.link.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of numbers of datagrams, kept as ranges, with its form on the wire (P152).
 *
 * <pre>
 *   {3 4 5 9}  =  [3..5] [9..9]  =  3, 3, 3, 1     distance from the end before, length, …
 * </pre>
 */
public final class NumberRanges {
  /** The most ranges that are read. */
  public static final int MAX_RANGES = 1024;

  /** Begin of each range to its end, which belongs to it. */
  private final TreeMap<Long, Long> ranges = new TreeMap<>();

  /** Takes a number in; false if it was there. */
  public boolean add(long number) {
    Map.Entry<Long, Long> before = ranges.floorEntry(number);
    if (before != null && before.getValue() >= number) {
      return false;
    }
    long begin = before != null && before.getValue() == number - 1 ? before.getKey() : number;
    Long endOfNext = ranges.remove(number + 1);
    ranges.put(begin, endOfNext == null ? number : endOfNext);
    return true;
  }

  public boolean contains(long number) {
    Map.Entry<Long, Long> range = ranges.floorEntry(number);
    return range != null && range.getValue() >= number;
  }

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  public int size() {
    return ranges.size();
  }

  public void clear() {
    ranges.clear();
  }

  /** Forgets the lowest ranges until there are at most so many. */
  public void keepNewest(int most) {
    while (ranges.size() > most) {
      ranges.pollFirstEntry();
    }
  }

  /** The newest ranges, at most so many, as they travel. */
  public List<Long> encode(int most) {
    List<Long> encoded = new ArrayList<>();
    int skip = Math.max(0, ranges.size() - most);
    long end = 0;
    for (Map.Entry<Long, Long> range : ranges.entrySet()) {
      if (skip-- <= 0) {
        encoded.add(range.getKey() - end);
        encoded.add(range.getValue() - range.getKey() + 1);
        end = range.getValue();
      }
    }
    return encoded;
  }

  /** Hears of ranges, ascending. */
  @FunctionalInterface
  public interface Visitor {
    void range(long first, long last);
  }

  /**
   * Reads what {@link #encode} made.
   *
   * @param highest no number may be above it
   * @throws ProtocolException if these are no ranges, or of numbers that were never sent
   */
  public static void decode(List<Long> encoded, long highest, Visitor visitor) {
    if (encoded.size() % 2 != 0 || encoded.size() > 2 * MAX_RANGES) {
      throw bad(encoded.size() + " numbers: pairs expected, at most " + MAX_RANGES);
    }
    long end = 0;
    for (int i = 0; i < encoded.size(); i += 2) {
      long distance = encoded.get(i);
      long length = encoded.get(i + 1);
      if (distance < 1 || length < 1 || distance > highest - end || length > highest - end) {
        throw bad(
            "a range "
                + Long.toUnsignedString(distance)
                + " above "
                + end
                + " of length "
                + Long.toUnsignedString(length)
                + ", the highest number is "
                + highest);
      }
      long first = end + distance;
      end = first + length - 1;
      if (end > highest) {
        throw bad("a range up to " + end + ", the highest number is " + highest);
      }
      visitor.range(first, end);
    }
  }

  private static ProtocolException bad(String text) {
    return new ProtocolException(WireError.BAD_ACK, "acknowledged datagrams: " + text);
  }
}
