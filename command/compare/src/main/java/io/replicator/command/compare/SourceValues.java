package io.replicator.command.compare;

import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.StreamMessage;
import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads whole values of the source, each type by the plainest command there is. */
final class SourceValues {
  private static final byte[] NOTHING = new byte[0];

  private final Side source;

  SourceValues(Side source) {
    this.source = source;
  }

  Value read(String type, byte[] key) {
    return switch (type) {
      case "string" -> {
        byte[] bytes = source.await(source.commands().get(key));
        yield new Value.StringValue(bytes == null ? NOTHING : bytes);
      }
      case "hash" -> hash(key);
      case "list" -> new Value.ListValue(source.await(source.commands().lrange(key, 0, -1)));
      case "set" -> new Value.SetValue(List.copyOf(source.await(source.commands().smembers(key))));
      case "zset" ->
          new Value.SortedSetValue(
              source.await(source.commands().zrangeWithScores(key, 0, -1)).stream()
                  .map(SourceValues::scored)
                  .toList());
      case "stream" -> stream(key);
      default -> new Value.OpaqueValue(type, NOTHING);
    };
  }

  private static Value.ScoredMember scored(ScoredValue<byte[]> member) {
    return new Value.ScoredMember(member.getValue(), member.getScore());
  }

  private Value hash(byte[] key) {
    Map<byte[], byte[]> fields = source.await(source.commands().hgetall(key));
    byte[][] names = fields.keySet().toArray(byte[][]::new);
    List<Long> expiries = expiries(key, names);
    List<Value.Field> result = new ArrayList<>(names.length);
    for (int i = 0; i < names.length; i++) {
      long at = i < expiries.size() ? Math.max(0, expiries.get(i)) : 0;
      result.add(new Value.Field(names[i], fields.getOrDefault(names[i], NOTHING), at));
    }
    return new Value.HashValue(result);
  }

  private List<Long> expiries(byte[] key, byte[][] names) {
    if (names.length == 0 || !source.hasFieldExpiries()) {
      return List.of();
    }
    try {
      return source.get(source.commands().hpexpiretime(key, names));
    } catch (RedisCommandExecutionException e) {
      source.hasNoFieldExpiries();
      return List.of();
    }
  }

  private Value stream(byte[] key) {
    List<Value.StreamEntry> entries = new ArrayList<>();
    for (StreamMessage<byte[], byte[]> message :
        source.await(source.commands().xrange(key, Range.unbounded()))) {
      List<byte[]> parts = new ArrayList<>(message.getBody().size() * 2);
      message
          .getBody()
          .forEach((name, value) -> {
            parts.add(name);
            parts.add(value);
          });
      entries.add(new Value.StreamEntry(message.getId(), parts));
    }
    Map<String, String> info = info(key);
    return new Value.StreamValue(entries, info.getOrDefault("last-generated-id", "0-0"), -1, "0-0");
  }

  private Map<String, String> info(byte[] key) {
    List<Object> reply = source.await(source.commands().xinfoStream(key));
    Map<String, String> info = new HashMap<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      info.put(text(reply.get(i)), text(reply.get(i + 1)));
    }
    return info;
  }

  private static String text(Object reply) {
    return reply instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(reply);
  }
}
