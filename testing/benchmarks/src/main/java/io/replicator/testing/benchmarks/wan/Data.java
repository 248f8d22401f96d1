package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import io.replicator.testing.testkit.JsonValues;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The keys and values that a scenario begins with, always the same for the same number. */
enum Data {
  /** JSON of about 200 bytes as strings. */
  JSON {
    @Override
    List<byte[]> command(int i, byte[] key, byte[] value) {
      return List.of(SET, key, value);
    }
  },
  /**
   * Strings, hashes, lists, sets and sorted sets by turns, each of the fields of one such value.
   */
  MIXED {
    @Override
    List<byte[]> command(int i, byte[] key, byte[] value) {
      List<byte[]> command = new ArrayList<>();
      switch (i % 5) {
        case 0 -> command.addAll(List.of(SET, key, value));
        case 1, 2 -> {
          command.addAll(List.of(bytes("HSET"), key));
          fields(value).forEach(field -> command.addAll(List.of(field.name(), field.value())));
        }
        case 3 -> {
          command.addAll(List.of(bytes("RPUSH"), key));
          fields(value).forEach(field -> command.add(field.value()));
        }
        default -> {
          command.addAll(List.of(bytes("ZADD"), key));
          int score = i;
          for (Field field : fields(value)) {
            command.addAll(List.of(bytes(Integer.toString(score++)), field.value()));
          }
        }
      }
      return command;
    }
  };

  private static final byte[] SET = bytes("SET");
  private static final int PIPELINE = 1000;
  private static final JsonValues VALUES = new JsonValues(1);

  private record Field(byte[] name, byte[] value) {}

  /** What writes key i. */
  abstract List<byte[]> command(int i, byte[] key, byte[] value);

  /** Writes keys 0 to count - 1. Returns the bytes of keys and values, in MB. */
  double load(RespClient redis, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i += PIPELINE) {
      int end = Math.min(count, i + PIPELINE);
      for (int n = i; n < end; n++) {
        byte[] key = JsonValues.key(n);
        List<byte[]> command = command(n, key, VALUES.value(n));
        redis.add(command.toArray(new byte[0][]));
        bytes += command.stream().skip(1).mapToLong(part -> part.length).sum();
      }
      redis.flush();
      for (int n = i; n < end; n++) {
        redis.reply();
      }
    }
    return bytes / 1e6;
  }

  /** How many of keys 0 to count - 1 differ between two servers, whatever their types. */
  static int differences(RespClient source, RespClient target, int count) {
    int different = 0;
    for (int i = 0; i < count; i += PIPELINE) {
      int end = Math.min(count, i + PIPELINE);
      for (RespClient redis : List.of(source, target)) {
        for (int n = i; n < end; n++) {
          redis.add(bytes("DEBUG"), bytes("DIGEST-VALUE"), JsonValues.key(n));
        }
        redis.flush();
      }
      for (int n = i; n < end; n++) {
        if (!source.replyOrError().equals(target.replyOrError())) {
          different++;
        }
      }
    }
    return different;
  }

  /** A JSON value again, of another seed: what key i is changed to. */
  static byte[] changed(int i, long seed) {
    return new JsonValues(seed).value(i);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static List<Field> fields(byte[] json) {
    String text = new String(json, 1, json.length - 2, StandardCharsets.US_ASCII);
    List<Field> fields = new ArrayList<>();
    for (String field : text.split(",", -1)) {
      int colon = field.indexOf(':');
      fields.add(
          new Field(bytes(field.substring(1, colon - 1)), bytes(field.substring(colon + 1))));
    }
    return fields;
  }
}
