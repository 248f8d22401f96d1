package io.replicator.link.codec;

import io.replicator.api.Value;
import io.replicator.link.codec.CodecException.Category;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads one value of a kind from exactly the bytes given to it. */
final class ValueReader {
  private ValueReader() {}

  static Value read(int kind, WireReader in) {
    return switch (kind) {
      case BatchFormat.STRING -> new Value.StringValue(in.readBytes(in.remaining()));
      case BatchFormat.HASH -> readHash(in);
      case BatchFormat.LIST -> new Value.ListValue(readElements(in));
      case BatchFormat.SET -> new Value.SetValue(readElements(in));
      case BatchFormat.ZSET -> readSortedSet(in);
      case BatchFormat.STREAM -> readStream(in);
      case BatchFormat.OPAQUE -> readOpaque(in);
      default -> throw new CodecException(Category.BAD_VALUE, "kind " + kind + " is not known");
    };
  }

  private static List<byte[]> readElements(WireReader in) {
    List<byte[]> elements = new ArrayList<>();
    int tag;
    while ((tag = in.readTag()) != 0) {
      if (tag == BatchFormat.FIELD_1_BYTES) {
        elements.add(in.readBytesField());
      } else {
        ChainFormat.skipUnknown(in, tag, 1);
      }
    }
    return elements;
  }

  private static Value readHash(WireReader in) {
    List<byte[]> names = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    WireReader expiries = WireReader.empty();
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_BYTES -> names.add(in.readBytesField());
        case BatchFormat.FIELD_2_BYTES -> values.add(in.readBytesField());
        case BatchFormat.FIELD_3_BYTES -> expiries = once(expiries, in.readNested());
        default -> ChainFormat.skipUnknown(in, tag, 3);
      }
    }
    requireSame("hash values", values.size(), "names", names.size());
    boolean expires = expiries.remaining() > 0;
    List<Value.Field> fields = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      fields.add(new Value.Field(names.get(i), values.get(i), expires ? expiries.readZigZag() : 0));
    }
    requireSame("left over bytes of expiries", expiries.remaining(), "expected", 0);
    return new Value.HashValue(fields);
  }

  private static Value readSortedSet(WireReader in) {
    List<byte[]> members = new ArrayList<>();
    WireReader scores = WireReader.empty();
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_BYTES -> members.add(in.readBytesField());
        case BatchFormat.FIELD_2_BYTES -> scores = once(scores, in.readNested());
        default -> ChainFormat.skipUnknown(in, tag, 2);
      }
    }
    requireSame("bytes of scores", scores.remaining(), "for the members", 8L * members.size());
    List<Value.ScoredMember> scored = new ArrayList<>(members.size());
    for (byte[] member : members) {
      scored.add(new Value.ScoredMember(member, Double.longBitsToDouble(scores.readFixed64())));
    }
    return new Value.SortedSetValue(scored);
  }

  private static Value readStream(WireReader in) {
    List<Value.StreamEntry> entries = new ArrayList<>();
    String lastId = "";
    String maxDeletedId = "";
    long entriesAdded = 0;
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_BYTES -> entries.add(readStreamEntry(in.readNested()));
        case BatchFormat.FIELD_2_BYTES -> lastId = readId(in.readNested());
        case BatchFormat.FIELD_3_VARINT -> entriesAdded = in.readZigZag();
        case BatchFormat.FIELD_4_BYTES -> maxDeletedId = readId(in.readNested());
        default -> ChainFormat.skipUnknown(in, tag, 4);
      }
    }
    return new Value.StreamValue(entries, lastId, entriesAdded, maxDeletedId);
  }

  private static Value.StreamEntry readStreamEntry(WireReader in) {
    String id = "";
    List<byte[]> fieldsAndValues = new ArrayList<>();
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_BYTES -> id = readId(in.readNested());
        case BatchFormat.FIELD_2_BYTES -> fieldsAndValues.add(in.readBytesField());
        default -> ChainFormat.skipUnknown(in, tag, 2);
      }
    }
    if (id.isEmpty()) {
      throw new CodecException(Category.BAD_VALUE, "a stream entry without id");
    }
    return new Value.StreamEntry(id, fieldsAndValues);
  }

  private static Value readOpaque(WireReader in) {
    String moduleType = "";
    byte[] dump = {};
    int tag;
    while ((tag = in.readTag()) != 0) {
      switch (tag) {
        case BatchFormat.FIELD_1_BYTES ->
            moduleType =
                readAscii("module type", in.readNested(), BatchFormat.MAX_MODULE_TYPE_BYTES);
        case BatchFormat.FIELD_2_BYTES -> dump = in.readBytesField();
        default -> ChainFormat.skipUnknown(in, tag, 2);
      }
    }
    return new Value.OpaqueValue(moduleType, dump);
  }

  /** "ms-seq", two decimal numbers; or nothing. */
  private static String readId(WireReader in) {
    String id = readAscii("stream id", in, 41);
    int dash = id.indexOf('-');
    boolean valid = id.isEmpty() || (isNumber(id, 0, dash) && isNumber(id, dash + 1, id.length()));
    if (!valid) {
      throw new CodecException(Category.BAD_VALUE, "stream id '" + id + "': <ms>-<seq> expected");
    }
    return id;
  }

  private static boolean isNumber(String text, int from, int end) {
    for (int i = from; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return from < end;
  }

  private static String readAscii(String what, WireReader in, int maxBytes) {
    if (in.remaining() > maxBytes) {
      throw new CodecException(
          Category.BAD_VALUE,
          "a " + what + " of " + in.remaining() + " bytes: at most " + maxBytes);
    }
    byte[] text = in.readBytes(in.remaining());
    for (byte b : text) {
      if (b < 0x20 || b == 0x7f) {
        throw new CodecException(
            Category.BAD_VALUE, "a " + what + " with byte " + b + ": printable ASCII expected");
      }
    }
    return new String(text, StandardCharsets.US_ASCII);
  }

  private static WireReader once(WireReader before, WireReader now) {
    if (before.remaining() > 0) {
      throw new CodecException(Category.MALFORMED, "a column of a value stands twice");
    }
    return now;
  }

  private static void requireSame(String what, long found, String of, long expected) {
    if (found != expected) {
      throw new CodecException(Category.BAD_VALUE, found + " " + what + ", " + expected + " " + of);
    }
  }
}
