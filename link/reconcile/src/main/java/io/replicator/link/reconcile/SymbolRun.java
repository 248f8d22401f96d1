package io.replicator.link.reconcile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Some symbols of a sketch one after the other, as they travel.
 *
 * <pre>
 *   symbol   8 bytes sum, little-endian | 4 bytes checksum | varint count
 *   count    zigzag(number of items - floor(items of the set / (1 + index/2) + 0.5))
 * </pre>
 *
 * The count is told against what is expected, so it mostly is one byte.
 */
public final class SymbolRun {
  /** The most symbols in one run. */
  public static final int MAX_SYMBOLS = 4096;

  private static final int FIXED_BYTES = 12;
  private static final int MAX_SYMBOL_BYTES = FIXED_BYTES + 5;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private SymbolRun() {}

  /**
   * @param items of the whole set
   */
  public static byte[] encode(Sketch sketch, int from, int to, long items) {
    byte[] bytes = new byte[(to - from) * MAX_SYMBOL_BYTES];
    int at = 0;
    for (int i = from; i < to; i++) {
      LONGS.set(bytes, at, sketch.sums[i]);
      INTS.set(bytes, at + 8, sketch.checks[i]);
      at =
          putVarint(bytes, at + FIXED_BYTES, zigzag(sketch.counts[i] - Symbols.expected(items, i)));
    }
    return Arrays.copyOf(bytes, at);
  }

  /**
   * Reads a run.
   *
   * @param first index of its first symbol
   * @param items of the set it is of
   * @throws BadSymbols if these bytes are no run
   */
  static Sketch decode(byte[] bytes, int first, long items) {
    Sketch run = new Sketch(Math.min(MAX_SYMBOLS, bytes.length / (FIXED_BYTES + 1)));
    int n = 0;
    int at = 0;
    while (at < bytes.length) {
      if (bytes.length - at < FIXED_BYTES + 1 || n == run.size()) {
        throw new BadSymbols(
            "symbol " + (first + n) + " has " + (bytes.length - at) + " bytes: 13 to 17 expected");
      }
      run.sums[n] = (long) LONGS.get(bytes, at);
      run.checks[n] = (int) INTS.get(bytes, at + 8);
      at += FIXED_BYTES;
      int value = 0;
      int shift = 0;
      byte next;
      do {
        if (at == bytes.length || shift > 28) {
          throw new BadSymbols("the count of symbol " + (first + n) + " is no 32-bit varint");
        }
        next = bytes[at++];
        value |= (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
      run.counts[n] = (value >>> 1 ^ -(value & 1)) + Symbols.expected(items, first + n);
      n++;
    }
    run.shorten(n);
    return run;
  }

  private static int zigzag(int value) {
    return value << 1 ^ value >> 31;
  }

  private static int putVarint(byte[] bytes, int at, int value) {
    int rest = value;
    int to = at;
    while ((rest & ~0x7f) != 0) {
      bytes[to++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[to++] = (byte) rest;
    return to;
  }
}
