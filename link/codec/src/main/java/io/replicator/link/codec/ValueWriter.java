package io.replicator.link.codec;

import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes values behind each other: a string as its bytes, the others as their messages. */
final class ValueWriter {
  private final ByteColumn out;

  ValueWriter(ByteColumn out) {
    this.out = out;
  }

  void write(Value value) {
    switch (value) {
      case Value.StringValue string -> out.putBytes(string.bytes());
      case Value.HashValue hash -> writeHash(hash.fields());
      case Value.ListValue list -> writeAll(BatchFormat.FIELD_1_BYTES, list.elements());
      case Value.SetValue set -> writeAll(BatchFormat.FIELD_1_BYTES, set.members());
      case Value.SortedSetValue zset -> writeSortedSet(zset.members());
      case Value.StreamValue stream -> writeStream(stream);
      case Value.OpaqueValue opaque -> {
        writeText(BatchFormat.FIELD_1_BYTES, opaque.moduleType());
        if (opaque.dump().length > 0) {
          out.putField(BatchFormat.FIELD_2_BYTES, opaque.dump());
        }
      }
    }
  }

  private void writeHash(List<Value.Field> fields) {
    long expiryBytes = 0;
    boolean expires = false;
    for (Value.Field field : fields) {
      out.putField(BatchFormat.FIELD_1_BYTES, field.name());
      expires |= field.expiresAtMillis() != 0;
      expiryBytes += ByteColumn.varintSize(ByteColumn.zigZag(field.expiresAtMillis()));
    }
    for (Value.Field field : fields) {
      out.putField(BatchFormat.FIELD_2_BYTES, field.value());
    }
    if (expires) {
      out.putByte(BatchFormat.FIELD_3_BYTES);
      out.putVarint(expiryBytes);
      for (Value.Field field : fields) {
        out.putZigZag(field.expiresAtMillis());
      }
    }
  }

  private void writeSortedSet(List<Value.ScoredMember> members) {
    for (Value.ScoredMember member : members) {
      out.putField(BatchFormat.FIELD_1_BYTES, member.member());
    }
    if (!members.isEmpty()) {
      out.putByte(BatchFormat.FIELD_2_BYTES);
      out.putVarint(8L * members.size());
      for (Value.ScoredMember member : members) {
        out.putFixed64(Double.doubleToRawLongBits(member.score()));
      }
    }
  }

  private void writeStream(Value.StreamValue stream) {
    for (Value.StreamEntry entry : stream.entries()) {
      byte[] id = entry.id().getBytes(StandardCharsets.UTF_8);
      out.putByte(BatchFormat.FIELD_1_BYTES);
      out.putVarint(sizeOf(id) + sizeOf(entry.fieldsAndValues()));
      out.putField(BatchFormat.FIELD_1_BYTES, id);
      writeAll(BatchFormat.FIELD_2_BYTES, entry.fieldsAndValues());
    }
    writeText(BatchFormat.FIELD_2_BYTES, stream.lastId());
    if (stream.entriesAdded() != 0) {
      out.putByte(BatchFormat.FIELD_3_VARINT);
      out.putZigZag(stream.entriesAdded());
    }
    writeText(BatchFormat.FIELD_4_BYTES, stream.maxDeletedId());
  }

  private void writeAll(int tag, List<byte[]> elements) {
    for (byte[] element : elements) {
      out.putField(tag, element);
    }
  }

  private void writeText(int tag, String text) {
    if (!text.isEmpty()) {
      out.putField(tag, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static long sizeOf(List<byte[]> elements) {
    long size = 0;
    for (byte[] element : elements) {
      size += sizeOf(element);
    }
    return size;
  }

  /** Of a length-delimited field with a tag of one byte. */
  private static long sizeOf(byte[] bytes) {
    return 1L + ByteColumn.varintSize(bytes.length) + bytes.length;
  }
}
