package io.replicator.redis;

import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns raw replies into values. RESP2 and RESP3 shapes are both understood. */
final class Replies {
  private Replies() {}

  static String text(@Nullable Object reply) {
    return reply instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(reply);
  }

  static long integer(@Nullable Object reply) {
    return switch (reply) {
      case Long number -> number;
      case byte[] digits -> Long.parseLong(text(digits));
      case null, default -> throw unexpected("an integer", reply);
    };
  }

  static byte[] bytes(@Nullable Object reply) {
    if (reply instanceof byte[] bytes) {
      return bytes;
    }
    throw unexpected("bytes", reply);
  }

  static @Nullable Object[] array(@Nullable Object reply) {
    if (reply instanceof Object[] array) {
      return array;
    }
    throw unexpected("an array", reply);
  }

  static List<byte[]> byteList(@Nullable Object reply) {
    @Nullable Object[] array = array(reply);
    List<byte[]> elements = new ArrayList<>(array.length);
    for (Object element : array) {
      elements.add(bytes(element));
    }
    return elements;
  }

  /**
   * Fields of a hash.
   *
   * @param pairs name, value, name, value …
   * @param expiries HPEXPIRETIME of each field, or empty
   */
  static Value.HashValue hash(@Nullable Object[] pairs, @Nullable Object[] expiries) {
    List<Value.Field> fields = new ArrayList<>(pairs.length / 2);
    for (int i = 0; i + 1 < pairs.length; i += 2) {
      long at = i / 2 < expiries.length ? Math.max(0, integer(expiries[i / 2])) : 0;
      fields.add(new Value.Field(bytes(pairs[i]), bytes(pairs[i + 1]), at));
    }
    return new Value.HashValue(fields);
  }

  /** Members with scores, flat (RESP2) or as pairs (RESP3). */
  static Value.SortedSetValue sortedSet(@Nullable Object[] reply) {
    List<Value.ScoredMember> members = new ArrayList<>(reply.length);
    boolean pairs = reply.length > 0 && reply[0] instanceof Object[];
    for (int i = 0; i < reply.length; i += pairs ? 1 : 2) {
      @Nullable Object[] pair = pairs ? array(reply[i]) : new Object[] {reply[i], reply[i + 1]};
      members.add(new Value.ScoredMember(bytes(pair[0]), score(pair[1])));
    }
    return new Value.SortedSetValue(members);
  }

  static List<Value.StreamEntry> streamEntries(@Nullable Object[] reply) {
    return Arrays.stream(reply)
        .map(Replies::array)
        .map(entry -> new Value.StreamEntry(text(entry[0]), byteList(entry[1])))
        .toList();
  }

  /** A stream from its entries and the reply of XINFO STREAM. */
  static Value.StreamValue stream(List<Value.StreamEntry> entries, @Nullable Object[] info) {
    return new Value.StreamValue(
        entries,
        text(field(info, "last-generated-id")),
        field(info, "entries-added") instanceof Long added ? added : -1,
        field(info, "max-deleted-entry-id") instanceof byte[] id ? text(id) : "0-0");
  }

  private static @Nullable Object field(@Nullable Object[] pairs, String name) {
    for (int i = 0; i + 1 < pairs.length; i += 2) {
      if (text(pairs[i]).equals(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  static double score(@Nullable Object reply) {
    return switch (reply) {
      case Double number -> number;
      case byte[] digits -> parseScore(text(digits));
      case null, default -> throw unexpected("a score", reply);
    };
  }

  private static double parseScore(String text) {
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** Bytes of a value's content, without any overhead. */
  static long sizeOf(Value value) {
    return switch (value) {
      case Value.StringValue string -> string.bytes().length;
      case Value.ListValue list -> sum(list.elements());
      case Value.SetValue set -> sum(set.members());
      case Value.HashValue hash ->
          hash.fields().stream().mapToLong(f -> f.name().length + f.value().length).sum();
      case Value.SortedSetValue zset ->
          zset.members().stream().mapToLong(m -> m.member().length + Double.BYTES).sum();
      case Value.StreamValue stream ->
          stream.entries().stream().mapToLong(e -> 16 + sum(e.fieldsAndValues())).sum();
      case Value.OpaqueValue opaque -> opaque.dump().length;
    };
  }

  private static long sum(List<byte[]> parts) {
    long sum = 0;
    for (byte[] part : parts) {
      sum += part.length;
    }
    return sum;
  }

  static RedisAccessException unexpected(String expected, @Nullable Object reply) {
    return new RedisAccessException(
        RedisAccessException.Category.FAILED,
        "Redis answered "
            + (reply instanceof ReplyOutput.ErrorReply error
                ? "'" + error.text() + "'"
                : reply == null ? "nothing" : reply.getClass().getSimpleName())
            + " where "
            + expected
            + " was expected");
  }
}
