package io.replicator.link.reconcile;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Some symbols of a sketch one after the other, as they travel.
 *
 * <pre>
 *   symbol            8 bytes keys | 4 bytes marks | 2 bytes check        little-endian
 *   of the first 1,024, behind it:  4 bytes wide check | varint count | varint signs
 *   count             zigzag(number of keys - floor(keys of the set / (1 + index/2) + 0.5))
 *   signs             zigzag
 * </pre>
 */
public final class SymbolRun {
  /** The most symbols in one run. */
  public static final int MAX_SYMBOLS = 4096;

  private static final int MAX_SYMBOL_BYTES = 14 + 4 + 5 + 5;

  private SymbolRun() {}

  /**
   * @param items of the whole set
   */
  public static byte[] encode(Sketch sketch, int from, int to, long items) {
    ByteBuffer bytes =
        ByteBuffer.allocate((to - from) * MAX_SYMBOL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = from; i < to; i++) {
      bytes.putLong(sketch.keys[i]).putInt(sketch.marks[i]).putChar(sketch.checks[i]);
      if (i < Symbols.HEAD) {
        bytes.putInt(sketch.wides[i]);
        putVarint(bytes, sketch.counts[i] - Symbols.expected(items, i));
        putVarint(bytes, sketch.signs[i]);
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /**
   * Reads a run; its symbols stand from index 0 on, those of the head where they belong.
   *
   * @param first index of its first symbol
   * @param items of the set it is of
   * @throws BadSymbols if these bytes are no run
   */
  static Sketch decode(byte[] data, int first, long items) {
    ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    Sketch run = new Sketch(Math.min(MAX_SYMBOLS, data.length / 14));
    int n = 0;
    try {
      for (; bytes.hasRemaining(); n++) {
        if (n == MAX_SYMBOLS) {
          throw new BadSymbols("a run of more than " + MAX_SYMBOLS + " symbols");
        }
        decode(bytes, run, n, first + n, items);
      }
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new BadSymbols(
          "symbol " + (first + n) + " is cut off, the run has " + data.length + " bytes");
    }
    run.shorten(n);
    return run;
  }

  private static void decode(ByteBuffer bytes, Sketch run, int n, int index, long items) {
    run.keys[n] = bytes.getLong();
    run.marks[n] = bytes.getInt();
    run.checks[n] = bytes.getChar();
    if (run.keys[n] < 0 || run.keys[n] >= Field.PRIME || run.checks[n] >= Symbols.CHECK_PRIME) {
      throw new BadSymbols("symbol " + index + " is not reduced by the primes 2^61 - 1 and 65,521");
    }
    if (index < Symbols.HEAD) {
      run.wides[index] = bytes.getInt();
      run.counts[index] = varint(bytes, index) + Symbols.expected(items, index);
      run.signs[index] = varint(bytes, index);
    }
  }

  private static void putVarint(ByteBuffer bytes, int value) {
    int rest = value << 1 ^ value >> 31;
    while ((rest & ~0x7f) != 0) {
      bytes.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    bytes.put((byte) rest);
  }

  private static int varint(ByteBuffer bytes, int index) {
    int value = 0;
    int shift = 0;
    byte next;
    do {
      if (shift > 28) {
        throw new BadSymbols("a count of symbol " + index + " is no 32-bit varint");
      }
      next = bytes.get();
      value |= (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    return value >>> 1 ^ -(value & 1);
  }
}
