package io.replicator.link.codec;

import io.replicator.api.Value;

/**
 * The numbers of {@code message Batch} in wire.proto, and the limits protocol.md sets on it. The
 * codec writes and reads the message by hand, because one object for each entry would cost more
 * than the work itself; a test compares it with the generated classes.
 */
final class BatchFormat {
  /** Most entries of a batch (P45). */
  static final int MAX_ENTRIES = 1 << 18;

  /** Most bytes a key shares with the one before it: bounds what a small batch can unfold to. */
  static final int MAX_SHARED = 255;

  static final int MAX_MODULE_TYPE_BYTES = 64;

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  static final int EPOCH = 1 << 3 | FIXED64;
  static final int READ_VERSION = 2 << 3 | VARINT;
  static final int LIVE_CURSOR = 3 << 3 | BYTES;
  static final int BACKFILL_CURSOR = 4 << 3 | BYTES;
  static final int SNAPSHOT_BEGIN = 5 << 3 | VARINT;
  static final int SNAPSHOT_END = 6 << 3 | VARINT;
  static final int KINDS = 7 << 3 | BYTES;
  static final int KEY_SHARED = 8 << 3 | BYTES;
  static final int KEY_LENGTHS = 9 << 3 | BYTES;
  static final int KEYS = 10 << 3 | BYTES;
  static final int VERSIONS = 11 << 3 | BYTES;
  static final int EXPIRIES = 12 << 3 | BYTES;
  static final int VALUE_LENGTHS = 13 << 3 | BYTES;
  static final int VALUES = 14 << 3 | BYTES;
  static final int CHAIN = 15 << 3 | BYTES;
  static final int PARTS = 16 << 3 | BYTES;
  static final int LAST_FIELD = 16;

  static final int REMOVE = 0;
  static final int STRING = 1;
  static final int HASH = 2;
  static final int LIST = 3;
  static final int SET = 4;
  static final int ZSET = 5;
  static final int STREAM = 6;
  static final int OPAQUE = 7;
  static final int KIND_MASK = 15;
  static final int WITH_EXPIRY = 16;
  static final int WITH_PART = 32;
  static final int LAST_PART = 64;

  // Field 1 to 4 of the messages inside a value or a chain.
  static final int FIELD_1_VARINT = 1 << 3 | VARINT;
  static final int FIELD_1_BYTES = 1 << 3 | BYTES;
  static final int FIELD_2_BYTES = 2 << 3 | BYTES;
  static final int FIELD_3_VARINT = 3 << 3 | VARINT;
  static final int FIELD_3_FIXED64 = 3 << 3 | FIXED64;
  static final int FIELD_3_BYTES = 3 << 3 | BYTES;
  static final int FIELD_4_BYTES = 4 << 3 | BYTES;

  private BatchFormat() {}

  static int kindOf(Value value) {
    return switch (value) {
      case Value.StringValue _ -> STRING;
      case Value.HashValue _ -> HASH;
      case Value.ListValue _ -> LIST;
      case Value.SetValue _ -> SET;
      case Value.SortedSetValue _ -> ZSET;
      case Value.StreamValue _ -> STREAM;
      case Value.OpaqueValue _ -> OPAQUE;
    };
  }
}
