package io.replicator.api;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.List;

/**
 * Canonical 64-bit hash (XXH3) of a value and its expiry: equal for equal values whatever encoding
 * or order the server used. Order of a list and of a stream counts; order of set, hash and sorted
 * set does not (element hashes are added up). 0 never results: it stands for "not known".
 */
public final class ValueHash {
  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private ValueHash() {}

  public static long of(Value value, long expiresAtMillis) {
    HashStream64 stream = XXH3.hashStream();
    stream.putString(value.typeName()).putLong(expiresAtMillis);
    switch (value) {
      case Value.StringValue string -> putBytes(stream, string.bytes());
      case Value.ListValue list -> list.elements().forEach(element -> putBytes(stream, element));
      case Value.SetValue set -> stream.putLong(sum(set.members()));
      case Value.HashValue hash -> stream.putLong(sumFields(hash.fields()));
      case Value.SortedSetValue zset -> stream.putLong(sumMembers(zset.members()));
      case Value.StreamValue entries -> putStream(stream, entries);
      case Value.OpaqueValue opaque -> putBytes(stream, opaque.dump());
    }
    long hash = stream.getAsLong();
    return hash == 0 ? 1 : hash;
  }

  private static void putBytes(HashStream64 stream, byte[] bytes) {
    stream.putInt(bytes.length).putBytes(bytes);
  }

  private static long sum(List<byte[]> members) {
    long sum = members.size();
    for (byte[] member : members) {
      sum += XXH3.hashBytesToLong(member);
    }
    return sum;
  }

  private static long sumFields(List<Value.Field> fields) {
    long sum = fields.size();
    HashStream64 stream = XXH3.hashStream();
    for (Value.Field field : fields) {
      stream.reset();
      putBytes(stream, field.name());
      putBytes(stream, field.value());
      sum += stream.putLong(field.expiresAtMillis()).getAsLong();
    }
    return sum;
  }

  private static long sumMembers(List<Value.ScoredMember> members) {
    long sum = members.size();
    HashStream64 stream = XXH3.hashStream();
    for (Value.ScoredMember member : members) {
      stream.reset();
      putBytes(stream, member.member());
      // -0.0 and 0.0 are the same score
      sum += stream.putLong(Double.doubleToLongBits(member.score() + 0.0)).getAsLong();
    }
    return sum;
  }

  private static void putStream(HashStream64 stream, Value.StreamValue value) {
    stream.putInt(value.entries().size());
    for (Value.StreamEntry entry : value.entries()) {
      stream.putString(entry.id()).putInt(entry.fieldsAndValues().size());
      entry.fieldsAndValues().forEach(part -> putBytes(stream, part));
    }
    stream.putString(value.lastId());
  }
}
