package io.replicator.hub.index;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of all keys, one behind the other in slabs of a fixed size: {@code length (varint),
 * bytes}. A place is {@code slab << 20 | offset}. A key longer than a quarter of a slab has one of
 * its own.
 *
 * <p>Dropped keys leave holes. A full slab that is half holes is emptied by moving what is left, a
 * few keys at a time ({@link #moveSome}): whoever owns a place is asked for by the key.
 */
final class KeySlabs {
  /** Who points to a key's place; told when the key moves. */
  interface Owners {
    /** Moves the key at {@code from} if somebody still points there. */
    void move(byte[] slab, int offset, int length, long from);
  }

  private static final int OFFSET_BITS = 20;
  private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;

  private final int slabBytes;
  private @Nullable Slab[] slabs = new @Nullable Slab[4];
  private int slabCount;
  private final ArrayDeque<Integer> freeNumbers = new ArrayDeque<>();
  private final ArrayDeque<Integer> toEmpty = new ArrayDeque<>();
  private int current = -1;
  private long memoryBytes;
  private long movedKeys;

  KeySlabs(int slabBytes) {
    if (slabBytes > 1 << OFFSET_BITS) {
      throw new IllegalArgumentException(
          "slabs of " + slabBytes + " bytes, at most 1 MiB expected");
    }
    this.slabBytes = slabBytes;
  }

  private static final class Slab {
    final byte[] bytes;
    int used;
    int dead;

    /** Up to here its keys have been moved. */
    int moved;

    boolean emptying;

    Slab(int size) {
      bytes = new byte[size];
    }
  }

  /** Stores a key and returns its place. */
  long add(byte[] key, int offset, int length) {
    int size = sizeOf(length);
    boolean alone = size > slabBytes / 4;
    int number = alone ? addSlab(size) : roomFor(size);
    Slab slab = slab(number);
    int at = slab.used;
    int body = putLength(slab.bytes, at, length);
    System.arraycopy(key, offset, slab.bytes, body, length);
    slab.used = at + size;
    return (long) number << OFFSET_BITS | at;
  }

  /** The key at this place is not needed any more. */
  void drop(long place) {
    int number = number(place);
    Slab slab = slab(number);
    slab.dead += sizeOf(length(place));
    if (number == current) {
      return;
    }
    if (slab.dead == slab.used) {
      free(number);
    } else {
      emptyIfWorthIt(number, slab);
    }
  }

  byte[] copy(long place) {
    byte[] bytes = bytes(place);
    int start = start(place);
    return Arrays.copyOfRange(bytes, start, start + length(place));
  }

  boolean equals(long place, byte[] key, int offset, int length) {
    if (length(place) != length) {
      return false;
    }
    int start = start(place);
    return Arrays.equals(bytes(place), start, start + length, key, offset, offset + length);
  }

  /** The slab that a key is in, for reading from {@link #start}, {@link #length} bytes. */
  byte[] bytes(long place) {
    return slab(number(place)).bytes;
  }

  int start(long place) {
    int at = (int) place & OFFSET_MASK;
    byte[] bytes = bytes(place);
    while (bytes[at++] < 0) {}
    return at;
  }

  int length(long place) {
    return lengthAt(bytes(place), (int) place & OFFSET_MASK);
  }

  /** Moves up to so many keys out of slabs that are to be emptied. */
  void moveSome(int maxKeys, Owners owners) {
    for (int i = 0; i < maxKeys && !toEmpty.isEmpty(); i++) {
      int number = toEmpty.getFirst();
      Slab slab = slabs[number];
      if (slab == null || !slab.emptying) {
        toEmpty.removeFirst(); // became wholly dead before its turn
      } else if (slab.moved == slab.used) {
        toEmpty.removeFirst();
        free(number);
      } else {
        moveNext(number, slab, owners);
      }
    }
  }

  boolean hasWork() {
    return !toEmpty.isEmpty();
  }

  long memoryBytes() {
    return memoryBytes;
  }

  long movedKeys() {
    return movedKeys;
  }

  private void moveNext(int number, Slab slab, Owners owners) {
    int at = slab.moved;
    int length = lengthAt(slab.bytes, at);
    int size = sizeOf(length);
    slab.moved = at + size;
    movedKeys++;
    owners.move(slab.bytes, at + size - length, length, (long) number << OFFSET_BITS | at);
  }

  private int roomFor(int size) {
    if (current >= 0) {
      Slab slab = slab(current);
      if (slab.used + size <= slab.bytes.length) {
        return current;
      }
      int sealed = current;
      current = -1;
      if (slab.dead == slab.used) {
        free(sealed);
      } else {
        emptyIfWorthIt(sealed, slab);
      }
    }
    // the first one of a small database is small
    current = addSlab(slabCount == 0 ? Math.max(slabBytes / 16, size) : slabBytes);
    return current;
  }

  private void emptyIfWorthIt(int number, Slab slab) {
    if (!slab.emptying && slab.dead * 2L > slab.used) {
      slab.emptying = true;
      toEmpty.addLast(number);
    }
  }

  private int addSlab(int size) {
    Integer free = freeNumbers.pollLast();
    int number = free != null ? free : slabCount++;
    if (number == slabs.length) {
      slabs = Arrays.copyOf(slabs, number * 2);
    }
    slabs[number] = new Slab(size);
    memoryBytes += size;
    return number;
  }

  private void free(int number) {
    memoryBytes -= slab(number).bytes.length;
    slabs[number] = null;
    freeNumbers.addLast(number);
  }

  private Slab slab(int number) {
    Slab slab = slabs[number];
    if (slab == null) {
      throw new IllegalStateException("slab " + number + " was freed");
    }
    return slab;
  }

  private static int number(long place) {
    return (int) (place >>> OFFSET_BITS);
  }

  private static int lengthAt(byte[] bytes, int offset) {
    int length = 0;
    int at = offset;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[at++];
      length |= (b & 0x7f) << shift;
      if (b >= 0) {
        return length;
      }
    }
  }

  private static int putLength(byte[] bytes, int offset, int length) {
    int at = offset;
    int rest = length;
    while (rest > 0x7f) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    return at;
  }

  private static int sizeOf(int length) {
    int prefix = 1;
    for (int rest = length >>> 7; rest > 0; rest >>>= 7) {
      prefix++;
    }
    return prefix + length;
  }
}
