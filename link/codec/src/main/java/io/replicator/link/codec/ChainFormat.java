package io.replicator.link.codec;

import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.link.codec.CodecException.Category;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads {@code message VersionChain}. */
final class ChainFormat {
  private ChainFormat() {}

  static byte[] encode(VersionChain chain) {
    ByteColumn out = new ByteColumn(256);
    putVersion(out, chain.version());
    for (VersionList list : chain.lists()) {
      out.putField(BatchFormat.FIELD_2_BYTES, encode(list));
    }
    return toBytes(out);
  }

  private static byte[] encode(VersionList list) {
    ByteColumn out = new ByteColumn(256);
    putVersion(out, list.version());
    for (Key key : list.keys()) {
      out.putField(BatchFormat.FIELD_2_BYTES, key.bytes());
    }
    if (list.expiresAtMillis() != 0) {
      out.putByte(BatchFormat.FIELD_3_FIXED64);
      out.putFixed64(list.expiresAtMillis());
    }
    return toBytes(out);
  }

  static VersionChain decode(WireReader in) {
    long version = 0;
    List<VersionList> lists = new ArrayList<>();
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_VARINT -> version = in.readVarint();
        case BatchFormat.FIELD_2_BYTES -> lists.add(decodeList(in.readNested()));
        default -> skipUnknown(in, tag, 2);
      }
    }
    return new VersionChain(version, lists);
  }

  private static VersionList decodeList(WireReader in) {
    long version = 0;
    long expiresAtMillis = 0;
    List<Key> keys = new ArrayList<>();
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_VARINT -> version = in.readVarint();
        case BatchFormat.FIELD_2_BYTES -> keys.add(Key.of(in.readBytesField()));
        case BatchFormat.FIELD_3_FIXED64 -> expiresAtMillis = in.readFixed64();
        default -> skipUnknown(in, tag, 3);
      }
    }
    return new VersionList(version, keys, expiresAtMillis);
  }

  /** Refuses a known field in a form that is not its own. */
  static void skipUnknown(WireReader in, int tag, int lastField) {
    if (tag >>> 3 <= lastField) {
      throw new CodecException(
          Category.MALFORMED, "field " + (tag >>> 3) + " has wire type " + (tag & 7));
    }
    in.skip(tag);
  }

  private static void putVersion(ByteColumn out, long version) {
    if (version != 0) {
      out.putByte(BatchFormat.FIELD_1_VARINT);
      out.putVarint(version);
    }
  }

  private static byte[] toBytes(ByteColumn column) {
    byte[] bytes = new byte[column.size()];
    column.copyTo(bytes, 0);
    return bytes;
  }
}
