package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;
import java.util.Arrays;

/**
 * Reads Protobuf's encodings from a stretch of an array and never leaves it. Whatever does not fit
 * is refused; nothing is allocated before the bytes for it were seen.
 */
final class WireReader {
  private static final byte[] EMPTY = {};

  private final byte[] bytes;
  private final int end;
  private int at;

  WireReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** A reader of nothing: a column that is absent. */
  static WireReader empty() {
    return new WireReader(EMPTY, 0, 0);
  }

  int remaining() {
    return end - at;
  }

  /** The next field's tag, 0 at the end. */
  int readTag() {
    if (at == end) {
      return 0;
    }
    long tag = readVarint();
    if (tag < 8 || tag > 0xffff_ffffL) {
      throw new CodecException(Category.MALFORMED, "tag " + tag + " is no Protobuf field");
    }
    return (int) tag;
  }

  int readByte() {
    if (at == end) {
      throw truncated("a byte", 1);
    }
    return bytes[at++];
  }

  long readVarint() {
    if (at < end && bytes[at] >= 0) {
      return bytes[at++];
    }
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = readByte();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new CodecException(Category.MALFORMED, "a number of more than 10 bytes");
  }

  long readZigZag() {
    long value = readVarint();
    return value >>> 1 ^ -(value & 1);
  }

  long readFixed64() {
    requireRemaining("a fixed64", 8);
    long value = 0;
    for (int shift = 0; shift < 64; shift += 8) {
      value |= (bytes[at++] & 0xffL) << shift;
    }
    return value;
  }

  /** A length that is really there. */
  int readLength() {
    long length = readVarint();
    requireRemaining("a field", length);
    return (int) length;
  }

  /** What a length-delimited field holds, as a reader of its own. */
  WireReader readNested() {
    int length = readLength();
    WireReader nested = new WireReader(bytes, at, at + length);
    at += length;
    return nested;
  }

  byte[] readBytesField() {
    return readBytes(readLength());
  }

  byte[] readBytes(long length) {
    requireRemaining("bytes", length);
    if (length == 0) {
      return EMPTY;
    }
    byte[] copy = Arrays.copyOfRange(bytes, at, at + (int) length);
    at += (int) length;
    return copy;
  }

  /** Copies the next bytes into {@code target}, which has room for them. */
  void readInto(byte[] target, int targetAt, int length) {
    requireRemaining("bytes", length);
    System.arraycopy(bytes, at, target, targetAt, length);
    at += length;
  }

  /** The next {@code length} bytes as a reader of their own. */
  WireReader slice(long length) {
    requireRemaining("bytes", length);
    WireReader slice = new WireReader(bytes, at, at + (int) length);
    at += (int) length;
    return slice;
  }

  /** Steps over a field that this version does not know. */
  void skip(int tag) {
    switch (tag & 7) {
      case BatchFormat.VARINT -> readVarint();
      case BatchFormat.FIXED64 -> slice(8);
      case BatchFormat.BYTES -> slice(readLength());
      case BatchFormat.FIXED32 -> slice(4);
      default ->
          throw new CodecException(
              Category.MALFORMED, "field " + (tag >>> 3) + " has wire type " + (tag & 7));
    }
  }

  private void requireRemaining(String what, long length) {
    if (length < 0 || length > end - at) {
      throw truncated(what, length);
    }
  }

  private CodecException truncated(String what, long length) {
    return new CodecException(
        Category.TRUNCATED,
        what
            + " of "
            + Long.toUnsignedString(length)
            + " bytes where "
            + remaining()
            + " are left");
  }
}
