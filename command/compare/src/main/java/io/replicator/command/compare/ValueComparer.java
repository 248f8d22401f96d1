package io.replicator.command.compare;

import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.ValueScanCursor;
import io.replicator.api.Key;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares the values of one key that has the same type and size on both sides, page by page, so
 * that a value of any size needs the memory of two pages. Because sizes are equal, an unordered
 * value is the same if everything of the source is at the target.
 */
final class ValueComparer {
  private static final int PAGE_ELEMENTS = 1000;
  private static final int PAGE_BYTES = 1 << 20;
  // RDB version and checksum at the end of a DUMP
  private static final int DUMP_FOOTER_BYTES = 10;

  private final Side source;
  private final Side target;
  private final long expiryToleranceMillis;

  ValueComparer(Side source, Side target, long expiryToleranceMillis) {
    this.source = source;
    this.target = target;
    this.expiryToleranceMillis = expiryToleranceMillis;
  }

  /** What differs: kind and detail. */
  record Finding(Difference.Kind kind, String detail) {}

  /** The first difference of the value, null if there is none. */
  @Nullable Finding compare(String type, byte[] sourceKey, byte[] targetKey, long size) {
    return switch (type) {
      case "string" -> value(string(sourceKey, targetKey, size));
      case "list" -> value(list(sourceKey, targetKey, size));
      case "set" -> value(set(sourceKey, targetKey));
      case "hash" -> hash(sourceKey, targetKey);
      case "zset" -> value(sortedSet(sourceKey, targetKey, size));
      case "stream" -> value(stream(sourceKey, targetKey));
      default -> value(dump(type, sourceKey, targetKey));
    };
  }

  private static @Nullable Finding value(@Nullable String detail) {
    return detail == null ? null : new Finding(Difference.Kind.VALUE, detail);
  }

  private @Nullable String string(byte[] sourceKey, byte[] targetKey, long size) {
    for (long at = 0; at < size; at += PAGE_BYTES) {
      RedisFuture<byte[]> here = source.commands().getrange(sourceKey, at, at + PAGE_BYTES - 1);
      RedisFuture<byte[]> there = target.commands().getrange(targetKey, at, at + PAGE_BYTES - 1);
      int place = Arrays.mismatch(source.await(here), target.await(there));
      if (place >= 0) {
        return "string differs at byte " + (at + place);
      }
    }
    return null;
  }

  private @Nullable String list(byte[] sourceKey, byte[] targetKey, long size) {
    for (long at = 0; at < size; at += PAGE_ELEMENTS) {
      RedisFuture<List<byte[]>> here =
          source.commands().lrange(sourceKey, at, at + PAGE_ELEMENTS - 1);
      RedisFuture<List<byte[]>> there =
          target.commands().lrange(targetKey, at, at + PAGE_ELEMENTS - 1);
      List<byte[]> one = source.await(here);
      List<byte[]> other = target.await(there);
      for (int i = 0; i < one.size(); i++) {
        if (i >= other.size() || !Arrays.equals(one.get(i), other.get(i))) {
          return "list differs at index " + (at + i);
        }
      }
    }
    return null;
  }

  private @Nullable String set(byte[] sourceKey, byte[] targetKey) {
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      ValueScanCursor<byte[]> page =
          source.await(source.commands().sscan(sourceKey, cursor, pageSize()));
      if (!page.getValues().isEmpty()) {
        byte[][] members = page.getValues().toArray(byte[][]::new);
        List<Boolean> present = target.await(target.commands().smismember(targetKey, members));
        int absent = present.indexOf(false);
        if (absent >= 0) {
          return "set lacks member " + Key.of(members[absent]);
        }
      }
      cursor = page;
    } while (!cursor.isFinished());
    return null;
  }

  private @Nullable Finding hash(byte[] sourceKey, byte[] targetKey) {
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      MapScanCursor<byte[], byte[]> page =
          source.await(source.commands().hscan(sourceKey, cursor, pageSize()));
      Finding finding = fields(sourceKey, targetKey, page.getMap());
      if (finding != null) {
        return finding;
      }
      cursor = page;
    } while (!cursor.isFinished());
    return null;
  }

  private @Nullable Finding fields(byte[] sourceKey, byte[] targetKey, Map<byte[], byte[]> fields) {
    if (fields.isEmpty()) {
      return null;
    }
    byte[][] names = fields.keySet().toArray(byte[][]::new);
    List<KeyValue<byte[], byte[]>> there = target.await(target.commands().hmget(targetKey, names));
    for (int i = 0; i < names.length; i++) {
      byte[] expected = Objects.requireNonNull(fields.get(names[i]));
      KeyValue<byte[], byte[]> field = there.get(i);
      if (!field.hasValue()) {
        return value("hash lacks field " + Key.of(names[i]));
      }
      if (!Arrays.equals(expected, field.getValue())) {
        return value("hash differs in field " + Key.of(names[i]));
      }
    }
    return fieldExpiries(sourceKey, targetKey, names);
  }

  private @Nullable Finding fieldExpiries(byte[] sourceKey, byte[] targetKey, byte[][] names) {
    List<Long> here = fieldExpiries(source, sourceKey, names);
    List<Long> there = fieldExpiries(target, targetKey, names);
    if (here.size() != names.length || there.size() != names.length) {
      return null;
    }
    for (int i = 0; i < names.length; i++) {
      if (!near(here.get(i), there.get(i))) {
        return new Finding(
            Difference.Kind.EXPIRY,
            "field " + Key.of(names[i]) + ": " + expiries(here.get(i), there.get(i)));
      }
    }
    return null;
  }

  /** Empty if the server does not know expiries of fields. */
  private static List<Long> fieldExpiries(Side side, byte[] key, byte[][] names) {
    if (!side.hasFieldExpiries()) {
      return List.of();
    }
    try {
      return side.get(side.commands().hpexpiretime(key, names));
    } catch (RedisCommandExecutionException e) {
      side.hasNoFieldExpiries();
      return List.of();
    }
  }

  private @Nullable String sortedSet(byte[] sourceKey, byte[] targetKey, long size) {
    for (long at = 0; at < size; at += PAGE_ELEMENTS) {
      RedisFuture<List<ScoredValue<byte[]>>> here =
          source.commands().zrangeWithScores(sourceKey, at, at + PAGE_ELEMENTS - 1);
      RedisFuture<List<ScoredValue<byte[]>>> there =
          target.commands().zrangeWithScores(targetKey, at, at + PAGE_ELEMENTS - 1);
      List<ScoredValue<byte[]>> one = source.await(here);
      List<ScoredValue<byte[]>> other = target.await(there);
      for (int i = 0; i < one.size(); i++) {
        String detail = i < other.size() ? scored(one.get(i), other.get(i)) : "zset is shorter";
        if (detail != null) {
          return detail;
        }
      }
    }
    return null;
  }

  private static @Nullable String scored(ScoredValue<byte[]> one, ScoredValue<byte[]> other) {
    if (!Arrays.equals(one.getValue(), other.getValue())) {
      return "zset has " + Key.of(other.getValue()) + " in the place of " + Key.of(one.getValue());
    }
    // -0.0 and 0.0 are the same score
    return one.getScore() == other.getScore()
        ? null
        : "zset member "
            + Key.of(one.getValue())
            + ": score "
            + one.getScore()
            + ", at the target "
            + other.getScore();
  }

  private @Nullable String stream(byte[] sourceKey, byte[] targetKey) {
    String from = "-";
    while (true) {
      Range<String> range = Range.create(from, "+");
      var here = source.commands().xrange(sourceKey, range, Limit.from(PAGE_ELEMENTS));
      var there = target.commands().xrange(targetKey, range, Limit.from(PAGE_ELEMENTS));
      List<StreamMessage<byte[], byte[]>> one = source.await(here);
      List<StreamMessage<byte[], byte[]>> other = target.await(there);
      for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
        String detail = entries(one, other, i);
        if (detail != null) {
          return detail;
        }
      }
      if (one.size() < PAGE_ELEMENTS) {
        return streamInfo(sourceKey, targetKey);
      }
      from = after(one.getLast().getId());
    }
  }

  private static @Nullable String entries(
      List<StreamMessage<byte[], byte[]>> one, List<StreamMessage<byte[], byte[]>> other, int i) {
    if (i >= other.size()) {
      return "stream lacks entry " + one.get(i).getId();
    }
    if (i >= one.size()) {
      return "stream has entry " + other.get(i).getId() + " too many";
    }
    if (!one.get(i).getId().equals(other.get(i).getId())) {
      return "stream has " + other.get(i).getId() + " in the place of " + one.get(i).getId();
    }
    return sameBody(one.get(i).getBody(), other.get(i).getBody())
        ? null
        : "stream differs in entry " + one.get(i).getId();
  }

  private static boolean sameBody(Map<byte[], byte[]> one, Map<byte[], byte[]> other) {
    return flat(one).equals(flat(other));
  }

  /** Arrays as map keys are compared by identity, so a field that stands twice is kept twice. */
  private static List<Key> flat(Map<byte[], byte[]> body) {
    List<Key> parts = new ArrayList<>(body.size() * 2);
    body.forEach((name, value) -> {
      parts.add(Key.of(name));
      parts.add(Key.of(value));
    });
    return parts;
  }

  /** The smallest id above this one. */
  private static String after(String id) {
    int dash = id.indexOf('-');
    long sequence = Long.parseUnsignedLong(id, dash + 1, id.length(), 10);
    return sequence == -1L
        ? Long.toUnsignedString(Long.parseUnsignedLong(id, 0, dash, 10) + 1) + "-0"
        : id.substring(0, dash + 1) + Long.toUnsignedString(sequence + 1);
  }

  private @Nullable String streamInfo(byte[] sourceKey, byte[] targetKey) {
    Map<String, String> here = info(source, sourceKey);
    Map<String, String> there = info(target, targetKey);
    for (String name : List.of("last-generated-id", "entries-added", "max-deleted-entry-id")) {
      String one = here.get(name);
      String other = there.get(name);
      if (one != null && other != null && !one.equals(other)) {
        return "stream " + name + " " + one + ", at the target " + other;
      }
    }
    return null;
  }

  private static Map<String, String> info(Side side, byte[] key) {
    List<Object> reply = side.await(side.commands().xinfoStream(key));
    Map<String, String> info = new HashMap<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      info.put(text(reply.get(i)), text(reply.get(i + 1)));
    }
    return info;
  }

  private static String text(@Nullable Object reply) {
    return reply instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(reply);
  }

  private @Nullable String dump(String type, byte[] sourceKey, byte[] targetKey) {
    RedisFuture<byte[]> here = source.commands().dump(sourceKey);
    RedisFuture<byte[]> there = target.commands().dump(targetKey);
    byte @Nullable [] one = source.await(here);
    byte @Nullable [] other = target.await(there);
    if (one == null || other == null) {
      return one == null && other == null ? null : type + " is gone";
    }
    int length = Math.max(0, one.length - DUMP_FOOTER_BYTES);
    boolean same = one.length == other.length && Arrays.equals(one, 0, length, other, 0, length);
    return same ? null : type + " differs (by DUMP)";
  }

  /** Whether two expiries (-1 = never) are the same within the tolerance. */
  boolean near(long one, long other) {
    if (one < 0 || other < 0) {
      return one < 0 && other < 0;
    }
    return Math.abs(one - other) <= expiryToleranceMillis;
  }

  static String expiries(long one, long other) {
    return "expires " + moment(one) + ", at the target " + moment(other);
  }

  private static String moment(long millis) {
    return millis < 0 ? "never" : Instant.ofEpochMilli(millis).toString();
  }

  private static ScanArgs pageSize() {
    return ScanArgs.Builder.limit(PAGE_ELEMENTS);
  }
}
