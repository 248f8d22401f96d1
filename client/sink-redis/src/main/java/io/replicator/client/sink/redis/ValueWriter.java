package io.replicator.client.sink.redis;

import io.replicator.api.Value;
import io.replicator.client.sink.redis.CommandList.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes values of the compound types to keys that do not exist, or appends slices of them: none of
 * these commands can fail when it is executed, because the key is absent or of the type.
 */
final class ValueWriter {
  private static final byte[] FIELDS = Names.ascii("FIELDS");
  private static final byte[] GROUP = Names.ascii("replicator");
  private static final String NO_ID = "0-0";

  private final CommandList commands;
  private final Features features;
  private final Tally tally;

  ValueWriter(CommandList commands, Features features, Tally tally) {
    this.commands = commands;
    this.features = features;
    this.tally = tally;
  }

  /** The elements of a value; those of a stream without its bookkeeping. */
  void append(byte[] key, Value value) {
    switch (value) {
      case Value.StringValue string -> commands.add(Word.APPEND, key, string.bytes());
      case Value.OpaqueValue opaque -> commands.add(Word.APPEND, key, opaque.dump());
      case Value.HashValue hash -> fields(key, hash);
      case Value.ListValue list -> elements(Word.RPUSH, key, list.elements());
      case Value.SetValue set -> elements(Word.SADD, key, set.members());
      case Value.SortedSetValue zset -> members(key, zset);
      case Value.StreamValue stream -> entries(key, stream);
    }
  }

  /**
   * What makes a stream whole once its entries are there: the last id and the counters.
   *
   * @param empty whether no entry was ever added: then the stream is made first
   */
  void completeStream(byte[] key, Value.StreamValue stream, long length, boolean empty) {
    if (empty) {
      // a consumer group is the one thing that makes a stream without an entry
      commands.add(Word.XGROUP, ascii("CREATE"), key, GROUP, ascii("$"), ascii("MKSTREAM"));
      commands.add(Word.XGROUP, ascii("DESTROY"), key, GROUP);
    }
    List<byte[]> arguments = new ArrayList<>(List.of(key, ascii(stream.lastId())));
    if (features.streamCounters() && stream.entriesAdded() >= length) {
      arguments.add(ascii("ENTRIESADDED"));
      arguments.add(Names.ascii(stream.entriesAdded()));
    }
    if (features.streamCounters()
        && !stream.maxDeletedId().equals(NO_ID)
        && compareIds(stream.maxDeletedId(), stream.lastId()) <= 0) {
      arguments.add(ascii("MAXDELETEDID"));
      arguments.add(ascii(stream.maxDeletedId()));
    }
    commands.commands().add(Command.of(Word.XSETID, arguments));
  }

  private void fields(byte[] key, Value.HashValue hash) {
    Group group = commands.group(Word.HSET, key);
    Map<Long, List<byte[]>> expiring = new TreeMap<>();
    for (Value.Field field : hash.fields()) {
      group.add(field.name(), field.value());
      if (field.expiresAtMillis() > 0) {
        expiring
            .computeIfAbsent(field.expiresAtMillis(), at -> new ArrayList<>())
            .add(field.name());
      }
    }
    group.end();
    if (features.fieldExpiry()) {
      expiring.forEach((at, names) -> expireFields(key, at, names));
    } else {
      expiring.values().forEach(this::countDropped);
    }
  }

  private void countDropped(List<byte[]> names) {
    tally.add(SinkCounter.FIELD_EXPIRIES_DROPPED, names.size());
  }

  private void expireFields(byte[] key, long at, List<byte[]> names) {
    for (int from = 0; from < names.size(); from += 256) {
      List<byte[]> page = names.subList(from, Math.min(from + 256, names.size()));
      List<byte[]> arguments =
          new ArrayList<>(List.of(key, Names.ascii(at), FIELDS, Names.ascii(page.size())));
      arguments.addAll(page);
      commands.commands().add(Command.of(Word.HPEXPIREAT, arguments));
    }
  }

  private void elements(Word word, byte[] key, List<byte[]> elements) {
    Group group = commands.group(word, key);
    elements.forEach(group::add);
    group.end();
  }

  private void members(byte[] key, Value.SortedSetValue zset) {
    Group group = commands.group(Word.ZADD, key);
    for (Value.ScoredMember member : zset.members()) {
      group.add(score(member.score()), member.member());
    }
    group.end();
  }

  private void entries(byte[] key, Value.StreamValue stream) {
    for (Value.StreamEntry entry : stream.entries()) {
      byte[][] arguments = new byte[2 + entry.fieldsAndValues().size()][];
      arguments[0] = key;
      arguments[1] = ascii(entry.id());
      for (int i = 2; i < arguments.length; i++) {
        arguments[i] = entry.fieldsAndValues().get(i - 2);
      }
      commands.add(Word.XADD, arguments);
    }
  }

  /** As Redis reads it back to the same double. */
  static byte[] score(double score) {
    if (Double.isInfinite(score)) {
      return ascii(score > 0 ? "+inf" : "-inf");
    }
    return ascii(
        score == Math.rint(score) && Math.abs(score) < 1e15 && !isNegativeZero(score)
            ? Long.toString((long) score)
            : Double.toString(score));
  }

  private static boolean isNegativeZero(double score) {
    return score == 0 && 1 / score < 0;
  }

  private static int compareIds(String left, String right) {
    int millis = Long.compareUnsigned(idPart(left, 0), idPart(right, 0));
    return millis != 0 ? millis : Long.compareUnsigned(idPart(left, 1), idPart(right, 1));
  }

  private static long idPart(String id, int part) {
    String[] parts = id.split("-", 2);
    return part < parts.length ? Long.parseUnsignedLong(parts[part]) : 0;
  }

  private static byte[] ascii(String text) {
    return Names.ascii(text);
  }
}
