package io.replicator.testing.system;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that writes to whatever master the sentinel names: a plain database, and one with
 * a version chain. When the master dies it asks again and goes on.
 */
final class FailoverWriter implements AutoCloseable {
  static final int PLAIN = 0;
  static final int VERSIONED = 5;
  private static final int KEYS = 300;

  private final SentinelServer sentinel;
  private final SplittableRandom random;
  private final RedisClient client = RedisClient.create();
  private final AtomicLong written = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  FailoverWriter(SentinelServer sentinel, long seed) {
    this.sentinel = sentinel;
    this.random = new SplittableRandom(seed);
    client.setOptions(ClientOptions.builder().autoReconnect(false).build());
    thread = Thread.ofPlatform().name("failover-writer").start(this::run);
  }

  /** Rounds of writes that a master took. */
  long written() {
    return written.get();
  }

  private void run() {
    while (!closed) {
      try (StatefulRedisConnection<String, String> connection = connect()) {
        while (!closed) {
          writePlain(connection.sync());
          writeVersion(connection.sync());
          written.incrementAndGet();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
      } catch (RedisException e) {
        // The master is gone: ask the sentinel for another one.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  private StatefulRedisConnection<String, String> connect() {
    return client.connect(
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(sentinel.masterPort())
            .withTimeout(Duration.ofSeconds(2))
            .build());
  }

  private void writePlain(RedisCommands<String, String> redis) {
    redis.select(PLAIN);
    String key = "key:" + random.nextInt(KEYS);
    switch (random.nextInt(4)) {
      case 0 -> redis.del(key, "hash:" + random.nextInt(KEYS));
      case 1 -> redis.hincrby("hash:" + random.nextInt(KEYS), "n", 1);
      case 2 -> redis.incr("count:" + random.nextInt(KEYS));
      default -> redis.set(key, "written " + written.get());
    }
  }

  private void writeVersion(RedisCommands<String, String> redis) {
    redis.select(VERSIONED);
    String present = redis.get("version");
    String version = Long.toString(present == null ? 1 : Long.parseLong(present) + 1);
    String key = "item:" + random.nextInt(KEYS);
    redis.multi();
    redis.set(key, version);
    redis.rpush("version:" + version, key);
    redis.expire("version:" + version, 3_600);
    redis.set("version", version);
    redis.exec();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
