package io.replicator.testing.simulation;

import io.replicator.api.Value;
import io.replicator.api.ValueHash;

/**
 * What a key holds.
 *
 * @param hash of value and expiry
 * @param state number of the write that gave it, 0 = not known
 */
record Held(Value value, long expiresAtMillis, long hash, long state) {
  static Held of(Value value, long expiresAtMillis, long state) {
    return new Held(value, expiresAtMillis, ValueHash.of(value, expiresAtMillis), state);
  }

  boolean isOver(long unixMillis) {
    return expiresAtMillis != 0 && expiresAtMillis <= unixMillis;
  }

  /** About its size. */
  int bytes() {
    return switch (value) {
      case Value.StringValue string -> string.bytes().length;
      case Value.HashValue hash -> 20 * hash.fields().size();
      case Value.ListValue list -> 20 * list.elements().size();
      case Value.SetValue set -> 20 * set.members().size();
      case Value.SortedSetValue zset -> 20 * zset.members().size();
      case Value.StreamValue stream -> 40 * stream.entries().size();
      case Value.OpaqueValue opaque -> opaque.dump().length;
    };
  }
}
