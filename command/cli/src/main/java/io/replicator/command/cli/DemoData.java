package io.replicator.command.cli;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The demo's keys: half of them JSON strings of about 200 bytes, the others hashes, lists, sets,
 * sorted sets and streams, each seventh with an expiry. Every change is one that a real application
 * makes; a few remove, rename or expire keys.
 */
final class DemoData {
  private static final int IN_FLIGHT = 500;
  private static final Duration REPLY_LIMIT = Duration.ofSeconds(60);
  private static final String[] CITIES = {"Oslo", "Lima", "Accra", "Perth", "Hanoi", "Quito"};

  private final RedisAsyncCommands<byte[], byte[]> commands;
  private final Random random;
  private final int keys;
  private final List<RedisFuture<?>> pending = new ArrayList<>(IN_FLIGHT);

  DemoData(RedisAsyncCommands<byte[], byte[]> commands, int keys, long seed) {
    this.commands = commands;
    this.keys = keys;
    this.random = new Random(seed);
  }

  /** Writes key number n for the first time. */
  void load(int n) {
    create(n);
    if (n % 7 == 0) {
      sent(commands.pexpire(key(n), Duration.ofMinutes(60 + n % 600)));
    }
  }

  /** Changes some key. */
  void change() {
    int n = random.nextInt(keys);
    byte[] key = key(n);
    switch (random.nextInt(100)) {
      case 0 -> sent(commands.del(key));
      case 1 -> sent(commands.pexpire(key, Duration.ofMillis(200 + random.nextInt(2000))));
      case 2 -> sent(commands.persist(key));
      case 3 -> replace(n);
      default -> update(n);
    }
  }

  /** Waits for all replies; an error reply ends the demo. */
  void flush() {
    LettuceFutures.awaitAll(REPLY_LIMIT, pending.toArray(RedisFuture[]::new));
    pending.clear();
  }

  private void replace(int n) {
    sent(commands.del(key(n)));
    create(n);
  }

  private void create(int n) {
    byte[] key = key(n);
    switch (n % 10) {
      case 5 ->
          sent(commands.hset(key, Map.of(text("name"), text("user " + n), text("city"), city())));
      case 6 -> sent(commands.rpush(key, text("job " + n), city(), city()));
      case 7 -> sent(commands.sadd(key, text("tag " + n % 97), city()));
      case 8 -> sent(commands.zadd(key, random.nextDouble() * 1000, text("player " + n)));
      case 9 -> sent(commands.xadd(key, Map.of(text("event"), text("created " + n))));
      default -> sent(commands.set(key, json(n)));
    }
  }

  private void update(int n) {
    byte[] key = key(n);
    switch (n % 10) {
      case 5 -> sent(commands.hset(key, text("seen"), number()));
      case 6 -> {
        sent(commands.lpush(key, number()));
        sent(commands.ltrim(key, 0, 20));
      }
      case 7 -> sent(commands.sadd(key, text("tag " + random.nextInt(97))));
      case 8 ->
          sent(commands.zincrby(key, random.nextInt(9) - 4, text("player " + random.nextInt(20))));
      case 9 ->
          sent(commands.xadd(key, XAddArgs.Builder.maxlen(20), Map.of(text("event"), number())));
      default -> sent(commands.set(key, json(n)));
    }
  }

  /** Takes the reply of a command, to be waited for with the others. */
  void sent(RedisFuture<?> reply) {
    pending.add(reply);
    if (pending.size() >= IN_FLIGHT) {
      flush();
    }
  }

  private byte[] json(int n) {
    return text(
        ("{\"id\":%d,\"symbol\":\"SYM%04d\",\"bid\":%.2f,\"ask\":%.2f,\"volume\":%d,\"city\":\"%s\","
                + "\"state\":\"open\",\"note\":\"a record of the kind that applications keep\"}")
            .formatted(
                n,
                n % 5000,
                random.nextDouble() * 100,
                random.nextDouble() * 100,
                random.nextInt(1_000_000),
                CITIES[random.nextInt(CITIES.length)]));
  }

  private byte[] city() {
    return text(CITIES[random.nextInt(CITIES.length)]);
  }

  private byte[] number() {
    return text(Integer.toString(random.nextInt(1_000_000)));
  }

  private static byte[] key(int n) {
    return text("demo:" + n);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
