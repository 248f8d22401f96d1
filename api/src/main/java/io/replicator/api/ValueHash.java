package io.replicator.api;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.List;

/**
 * Canonical 64-bit hash (XXH3) of a value and its expiry: equal for equal values whatever encoding
 * or order the server used, and however the value was cut into slices. Order of a list and of a
 * stream counts; order of set, hash and sorted set does not (element hashes are added up). Of a
 * stream, its consumer groups and counters are left out; of a module's dump, the version and the
 * checksum behind it, which depend on the server. 0 never results: it stands for "not known".
 *
 * <pre>
 *   XXH3 of  type | content | number of bytes or elements | sum of element hashes | [last id] | expiry
 * </pre>
 */
public final class ValueHash {
  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  /** A dump ends with 2 bytes version and 8 bytes checksum. */
  private static final int DUMP_TRAILER = 10;

  private final HashStream64 stream = XXH3.hashStream();
  private boolean begun;
  private long count;
  private long sum;
  private String lastId = "";

  /** For the slices of one value, {@link #add added} in order. */
  public ValueHash() {}

  public static long of(Value value, long expiresAtMillis) {
    return new ValueHash().add(value).finish(expiresAtMillis);
  }

  /** Takes the next slice. */
  public ValueHash add(Value slice) {
    if (!begun) {
      begun = true;
      stream.putString(slice.typeName());
    }
    switch (slice) {
      case Value.StringValue string -> putRaw(string.bytes(), string.bytes().length);
      case Value.ListValue list -> {
        list.elements().forEach(element -> putBytes(stream, element));
        count += list.elements().size();
      }
      case Value.SetValue set -> addMembers(set.members());
      case Value.HashValue hash -> addFields(hash.fields());
      case Value.SortedSetValue zset -> addScored(zset.members());
      case Value.StreamValue entries -> addEntries(entries);
      case Value.OpaqueValue opaque ->
          putRaw(opaque.dump(), Math.max(0, opaque.dump().length - DUMP_TRAILER));
    }
    return this;
  }

  /** The hash, once every slice was added. */
  public long finish(long expiresAtMillis) {
    stream.putLong(count).putLong(sum);
    if (!lastId.isEmpty()) {
      stream.putString(lastId);
    }
    long hash = stream.putLong(expiresAtMillis).getAsLong();
    return hash == 0 ? 1 : hash;
  }

  private void putRaw(byte[] bytes, int length) {
    stream.putBytes(bytes, 0, length);
    count += length;
  }

  private static void putBytes(HashStream64 target, byte[] bytes) {
    target.putInt(bytes.length).putBytes(bytes);
  }

  private void addMembers(List<byte[]> members) {
    count += members.size();
    for (byte[] member : members) {
      sum += XXH3.hashBytesToLong(member);
    }
  }

  private void addFields(List<Value.Field> fields) {
    count += fields.size();
    HashStream64 element = XXH3.hashStream();
    for (Value.Field field : fields) {
      element.reset();
      putBytes(element, field.name());
      putBytes(element, field.value());
      sum += element.putLong(field.expiresAtMillis()).getAsLong();
    }
  }

  private void addScored(List<Value.ScoredMember> members) {
    count += members.size();
    HashStream64 element = XXH3.hashStream();
    for (Value.ScoredMember member : members) {
      element.reset();
      putBytes(element, member.member());
      // -0.0 and 0.0 are the same score
      sum += element.putLong(Double.doubleToLongBits(member.score() + 0.0)).getAsLong();
    }
  }

  private void addEntries(Value.StreamValue value) {
    count += value.entries().size();
    for (Value.StreamEntry entry : value.entries()) {
      stream.putString(entry.id()).putInt(entry.fieldsAndValues().size());
      entry.fieldsAndValues().forEach(part -> putBytes(stream, part));
    }
    lastId = value.lastId();
  }
}
