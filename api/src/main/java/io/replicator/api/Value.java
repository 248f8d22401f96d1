package io.replicator.api;

import java.util.List;

/**
 * The value of one key, typed and binary safe. Arrays are given away by the caller and never
 * written afterwards. Unordered types (hash, set) keep whatever order the reader met; equality of
 * values is judged by {@link ValueHash}, not by {@code equals}.
 */
public sealed interface Value {

  /** The Redis word for the type, as the {@code TYPE} command prints it. */
  String typeName();

  /** The value of which these are the slices: all of them, in order, at least one. */
  static Value joined(List<Value> slices) {
    return JoinedSlices.of(slices);
  }

  record StringValue(byte[] bytes) implements Value {
    @Override
    public String typeName() {
      return "string";
    }
  }

  record HashValue(List<Field> fields) implements Value {
    public HashValue {
      fields = List.copyOf(fields);
    }

    @Override
    public String typeName() {
      return "hash";
    }
  }

  /**
   * One field of a hash.
   *
   * @param expiresAtMillis Unix time in milliseconds at which the field ends, 0 = never
   */
  record Field(byte[] name, byte[] value, long expiresAtMillis) {
    public Field {
      if (expiresAtMillis < 0) {
        throw new IllegalArgumentException("expiresAtMillis " + expiresAtMillis + " is negative");
      }
    }
  }

  record ListValue(List<byte[]> elements) implements Value {
    public ListValue {
      elements = List.copyOf(elements);
    }

    @Override
    public String typeName() {
      return "list";
    }
  }

  record SetValue(List<byte[]> members) implements Value {
    public SetValue {
      members = List.copyOf(members);
    }

    @Override
    public String typeName() {
      return "set";
    }
  }

  record SortedSetValue(List<ScoredMember> members) implements Value {
    public SortedSetValue {
      members = List.copyOf(members);
    }

    @Override
    public String typeName() {
      return "zset";
    }
  }

  /** One member of a sorted set; the score is any double but NaN. */
  record ScoredMember(byte[] member, double score) {
    public ScoredMember {
      if (Double.isNaN(score)) {
        throw new IllegalArgumentException("a score cannot be NaN");
      }
    }
  }

  /**
   * A stream: its entries in order of id and its bookkeeping. Consumer groups are not carried.
   *
   * @param lastId the last generated id ("ms-seq"), which may be above every entry's
   * @param entriesAdded entries ever added, -1 where the server does not tell
   * @param maxDeletedId the greatest id ever deleted, "0-0" = none
   */
  record StreamValue(
      List<StreamEntry> entries, String lastId, long entriesAdded, String maxDeletedId)
      implements Value {
    public StreamValue {
      entries = List.copyOf(entries);
    }

    @Override
    public String typeName() {
      return "stream";
    }
  }

  /** One stream entry: its id ("ms-seq") and its field, value, field, value … in order. */
  record StreamEntry(String id, List<byte[]> fieldsAndValues) {
    public StreamEntry {
      fieldsAndValues = List.copyOf(fieldsAndValues);
      if (fieldsAndValues.size() % 2 != 0) {
        throw new IllegalArgumentException(
            "stream entry " + id + " has a field without a value: " + fieldsAndValues.size());
      }
    }
  }

  /**
   * A type this hub does not know (a module's), as the server's {@code DUMP} payload.
   *
   * @param moduleType what {@code TYPE} printed
   */
  record OpaqueValue(String moduleType, byte[] dump) implements Value {
    @Override
    public String typeName() {
      return moduleType;
    }
  }
}
