package io.replicator.link.reconcile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of some bytes and one 64-bit word behind them: a keyed
 * function, so that nobody who does not know the key can make two inputs collide.
 */
final class SipHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long v0;
  private long v1;
  private long v2;
  private long v3;

  /** The 64-bit variant. */
  long hash(long k0, long k1, byte[] bytes, int offset, int length, long word) {
    begin(k0, k1, 0);
    absorb(bytes, offset, length, word);
    v2 ^= 0xff;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** The 128-bit variant: the first half is returned, {@link #secondHalf} gives the other. */
  long hash128(long k0, long k1, byte[] bytes, int offset, int length, long word) {
    begin(k0, k1, 0xee);
    absorb(bytes, offset, length, word);
    v2 ^= 0xee;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** Of the {@link #hash128} just made. */
  long secondHalf() {
    v1 ^= 0xdd;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private void begin(long k0, long k1, long variant) {
    v0 = k0 ^ 0x736f6d6570736575L;
    v1 = k1 ^ 0x646f72616e646f6dL ^ variant;
    v2 = k0 ^ 0x6c7967656e657261L;
    v3 = k1 ^ 0x7465646279746573L;
  }

  /**
   * The message is the bytes, then the word, little-endian; its length stands in the last block.
   */
  private void absorb(byte[] bytes, int offset, int length, long word) {
    int end = offset + (length & ~7);
    for (int at = offset; at < end; at += 8) {
      block((long) LONGS.get(bytes, at));
    }
    int rest = length & 7;
    long last = 0;
    for (int i = rest - 1; i >= 0; i--) {
      last = last << 8 | (bytes[end + i] & 0xff);
    }
    int shift = 8 * rest;
    block(last | word << shift);
    long tail = rest == 0 ? 0 : word >>> (64 - shift);
    block((long) (length + 8) << 56 | tail);
  }

  private void block(long m) {
    v3 ^= m;
    rounds(2);
    v0 ^= m;
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
