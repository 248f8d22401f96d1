package io.replicator.link.codec;

import java.util.Arrays;

/** A growing run of bytes with Protobuf's number encodings. */
final class ByteColumn {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  private byte[] bytes;
  private int size;

  ByteColumn(int capacity) {
    bytes = new byte[Math.max(capacity, 16)];
  }

  int size() {
    return size;
  }

  /** Copies what is here to {@code target} and returns the position behind it. */
  int copyTo(byte[] target, int at) {
    System.arraycopy(bytes, 0, target, at, size);
    return at + size;
  }

  void putByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  void putVarint(long value) {
    ensure(10);
    size = writeVarint(bytes, size, value);
  }

  /** A signed number, small in either direction (sint64). */
  void putZigZag(long value) {
    putVarint(zigZag(value));
  }

  /** Eight bytes, lowest first (fixed64, double). */
  void putFixed64(long value) {
    ensure(8);
    for (int shift = 0; shift < 64; shift += 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
  }

  void putBytes(byte[] source) {
    putBytes(source, 0, source.length);
  }

  void putBytes(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /** A length-delimited field; its tag fits one byte. */
  void putField(int tag, byte[] source) {
    putByte(tag);
    putVarint(source.length);
    putBytes(source);
  }

  private void ensure(int more) {
    if (more > bytes.length - size) {
      grow(more);
    }
  }

  private void grow(int more) {
    long needed = (long) size + more;
    if (needed > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a batch of more than " + MAX_BYTES + " bytes: it must be built smaller");
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * bytes.length)));
  }

  static long zigZag(long value) {
    return value << 1 ^ value >> 63;
  }

  static int writeVarint(byte[] target, int at, long value) {
    long rest = value;
    int next = at;
    while ((rest & ~0x7fL) != 0) {
      target[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[next++] = (byte) rest;
    return next;
  }

  static int varintSize(long value) {
    return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
  }
}
