package io.replicator.testing.system;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A seeded stream of commands that change keys: all types, expiry, rename, copy, move between
 * types, scripts, transactions, flush. The same seed gives the same commands.
 *
 * <p>Beside the noise it keeps witnesses for "never goes back": counters that only grow ({@code
 * mono:<i>}) and keys that are made once, deleted once and never made again ({@code once:<n>}).
 */
final class RandomWorkload implements AutoCloseable {
  private static final int KEYS_PER_TYPE = 40;
  static final int COUNTERS = 8;

  private final SplittableRandom random;
  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final RedisCommands<byte[], byte[]> redis;
  private final long[] counters = new long[COUNTERS];
  private long onceMade;
  private long onceGone;
  private long steps;

  RandomWorkload(long seed, int port, int database) {
    random = new SplittableRandom(seed);
    client =
        RedisClient.create(
            RedisURI.builder().withHost("127.0.0.1").withPort(port).withDatabase(database).build());
    connection = client.connect(ByteArrayCodec.INSTANCE);
    redis = connection.sync();
  }

  long steps() {
    return steps;
  }

  /** Runs so many commands. Errors of the server about the command (wrong type) are part of it. */
  void run(int commands, boolean mayFlush) {
    for (int i = 0; i < commands; i++) {
      steps++;
      try {
        step(mayFlush);
      } catch (RedisCommandExecutionException e) {
        // A command that the server refuses changed nothing: the next one follows.
      }
    }
  }

  private void step(boolean mayFlush) {
    int dice = random.nextInt(1000);
    if (dice < 250) {
      stringCommand();
    } else if (dice < 370) {
      hashCommand();
    } else if (dice < 480) {
      listCommand();
    } else if (dice < 580) {
      setCommand();
    } else if (dice < 680) {
      sortedSetCommand();
    } else if (dice < 760) {
      streamCommand();
    } else if (dice < 900) {
      keyCommand();
    } else if (dice < 960) {
      witness();
    } else if (dice < 998) {
      compound();
    } else if (mayFlush && random.nextInt(8) == 0) {
      flush();
    }
  }

  private void stringCommand() {
    String key = key("str");
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> send("SET", key, value());
      case 4 -> send("SET", key, value(), "PX", ttl());
      case 5 -> send("APPEND", key, value());
      case 6 -> send("SETRANGE", key, number(40), value());
      case 7 -> send("INCRBY", key("num"), number(100));
      case 8 -> send("MSET", key("str"), value(), key("str"), value());
      case 9 -> send("SETBIT", key, number(500), number(2));
      case 10 -> send("GETDEL", key);
      default -> send("GETEX", key, "PX", ttl());
    }
  }

  private void hashCommand() {
    String key = key("hash");
    switch (random.nextInt(5)) {
      case 0, 1 -> send("HSET", key, "f" + number(30), value(), "f" + number(30), value());
      case 2 -> send("HDEL", key, "f" + number(30));
      case 3 -> send("HINCRBY", key, "n" + number(5), number(100));
      default -> send("HSETNX", key, "f" + number(60), value());
    }
  }

  private void listCommand() {
    String key = key("list");
    switch (random.nextInt(9)) {
      case 0, 1 -> send("RPUSH", key, value(), value());
      case 2 -> send("LPUSH", key, value());
      case 3 -> send("LPOP", key);
      case 4 -> send("LTRIM", key, "0", number(20));
      case 5 -> send("LSET", key, number(5), value());
      case 6 -> send("LREM", key, "1", value());
      case 7 -> send("LMOVE", key, key("list"), "LEFT", "RIGHT");
      default -> send("LINSERT", key, "BEFORE", value(), value());
    }
  }

  private void setCommand() {
    String key = key("set");
    switch (random.nextInt(6)) {
      case 0, 1 -> send("SADD", key, number(60), number(60), value());
      case 2 -> send("SREM", key, number(60));
      case 3 -> send("SPOP", key);
      case 4 -> send("SMOVE", key, key("set"), number(60));
      default -> send("SUNIONSTORE", key, key("set"), key("set"));
    }
  }

  private void sortedSetCommand() {
    String key = key("zset");
    switch (random.nextInt(6)) {
      case 0, 1 -> send("ZADD", key, score(), number(60), score(), value());
      case 2 -> send("ZREM", key, number(60));
      case 3 -> send("ZINCRBY", key, score(), number(60));
      case 4 -> send("ZPOPMIN", key);
      default -> send("ZUNIONSTORE", key, "2", key("zset"), key("zset"));
    }
  }

  private void streamCommand() {
    String key = key("stream");
    switch (random.nextInt(5)) {
      case 0, 1, 2 -> send("XADD", key, "*", "f" + number(5), value(), "g", number(100));
      case 3 -> send("XTRIM", key, "MAXLEN", number(30));
      default -> send("XADD", key, "MAXLEN", "~", "20", "*", "f", value());
    }
  }

  private void keyCommand() {
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> send("DEL", anyKey());
      case 3 -> send("UNLINK", anyKey(), anyKey());
      case 4, 5 -> send("PEXPIRE", anyKey(), ttl());
      case 6 -> send("PERSIST", anyKey());
      case 7, 8 -> send("RENAME", anyKey(), anyKey());
      case 9 -> send("RENAMENX", anyKey(), anyKey());
      case 10 -> send("COPY", anyKey(), anyKey(), "REPLACE");
      default -> send("EXPIRE", anyKey(), "3600");
    }
  }

  private void witness() {
    if (random.nextInt(3) > 0) {
      int counter = random.nextInt(COUNTERS);
      counters[counter] += 1 + random.nextInt(5);
      send("SET", "mono:" + counter, Long.toString(counters[counter]));
    } else if (onceMade == onceGone || random.nextBoolean()) {
      send("SET", "once:" + onceMade++, value());
    } else {
      send("DEL", "once:" + onceGone++);
    }
  }

  private void compound() {
    switch (random.nextInt(5)) {
      case 0 -> {
        send("MULTI");
        send("SET", key("str"), value());
        send("RPUSH", key("list"), value());
        send("DEL", anyKey());
        send("EXEC");
      }
      case 1 ->
          send(
              "EVAL",
              "redis.call('SET',KEYS[1],ARGV[1]) redis.call('DEL',KEYS[2]) return 1",
              "2",
              key("str"),
              anyKey(),
              value());
      case 2 -> send("PFADD", key("hll"), value(), value());
      case 3 -> send("GEOADD", key("geo"), "13.361389", "38.115556", number(30));
      default -> send("SORT", key("list"), "ALPHA", "STORE", key("list"));
    }
  }

  private void flush() {
    // The witnesses must survive, or "never made again" would be broken by this test itself.
    send(random.nextBoolean() ? "FLUSHDB" : "FLUSHALL");
    for (int i = 0; i < COUNTERS; i++) {
      counters[i]++;
      send("SET", "mono:" + i, Long.toString(counters[i]));
    }
    onceGone = onceMade;
  }

  private void send(String command, String... args) {
    CommandArgs<byte[], byte[]> list = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    for (String arg : args) {
      list.add(arg.getBytes(StandardCharsets.ISO_8859_1));
    }
    redis.dispatch(new Keyword(command), new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), list);
  }

  private String key(String type) {
    String key = type + ":" + random.nextInt(KEYS_PER_TYPE);
    // One key in twenty is not UTF-8.
    return random.nextInt(20) == 0 ? "\u00ff\u0000\u00fe" + key : key;
  }

  private String anyKey() {
    List<String> types = List.of("str", "num", "hash", "list", "set", "zset", "stream", "hll");
    return key(types.get(random.nextInt(types.size())));
  }

  private String value() {
    int kind = random.nextInt(20);
    if (kind == 0) {
      return "";
    }
    int length = kind == 1 ? random.nextInt(20_000) : random.nextInt(60);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) (kind == 2 ? random.nextInt(256) : 'a' + random.nextInt(26)));
    }
    return text.toString();
  }

  private String number(int bound) {
    return Integer.toString(random.nextInt(bound));
  }

  private String score() {
    return switch (random.nextInt(6)) {
      case 0 -> "inf";
      case 1 -> "-0.0";
      case 2 -> Double.toString(random.nextDouble() * 1e17);
      default -> number(1000);
    };
  }

  private String ttl() {
    return Integer.toString(50 + random.nextInt(random.nextBoolean() ? 3_000 : 300_000));
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown();
  }

  /** The names of all counters that only grow. */
  static List<String> counterKeys() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < COUNTERS; i++) {
      keys.add("mono:" + i);
    }
    return keys;
  }

  /** A command by its name. */
  private record Keyword(String word) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }
  }
}
