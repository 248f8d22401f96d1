package io.replicator.hub.source.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.Secret;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class PlainSourceTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final SourceSettings NO_SWEEP = SourceSettings.DEFAULTS.withSweepKeysPerSecond(0);

  @Test
  void noticesEveryKindOfChange() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 2);
        Truth other = new Truth(server.address(), 3);
        Captured captured = new Captured(RedisEndpoint.parse(server.address()), 2, NO_SWEEP)) {
      truth.send("SET", "before", "1");
      captured.awaitScan("start");
      assertThat(captured.source.status().capture()).isEqualTo("notifications");
      truth.send("SET", "string", "1");
      truth.send("SET", "", "");
      truth.send("SET", new byte[] {(byte) 0xff, 0, (byte) 0xfe}, "not UTF-8");
      truth.send("RPUSH", "list", "a", "b");
      truth.send("HSET", "hash", "f", "v");
      truth.send("SADD", "set", "m");
      truth.send("ZADD", "zset", "1.5", "m");
      truth.send("XADD", "stream", "*", "f", "v");
      truth.send("SET", "moves", "1");
      truth.send("SET", "expires", "1");
      truth.send("SET", "persists", "1", "EX", "100");
      captured.awaitEqual(truth);
      truth.send("APPEND", "string", "2");
      truth.send("LPOP", "list");
      truth.send("HDEL", "hash", "f");
      truth.send("RENAME", "set", "renamed");
      truth.send("COPY", "zset", "copied");
      truth.send("MOVE", "moves", "3");
      truth.send("PEXPIRE", "expires", "1");
      truth.send("PERSIST", "persists");
      truth.send("XTRIM", "stream", "MAXLEN", "0");
      other.send("SET", "comes", "1");
      other.send("MOVE", "comes", "2");
      truth.send("DEL", "before");
      captured.awaitEqual(truth);
      assertThat(truth.all()).hasSize(10);
      assertThat(captured.source.status().scans()).isEqualTo(1);
    }
  }

  @Test
  void noticesFlushesAndSwapsWhichNobodyNotifies() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, NO_SWEEP)) {
      captured.awaitScan("start");
      truth.send("SET", "a", "1");
      captured.awaitEqual(truth);
      truth.send("FLUSHDB");
      truth.send("SET", "b", "1");
      captured.awaitEqual(truth);
      captured.awaitScan("flush");
      truth.send("SWAPDB", "0", "1");
      truth.send("SET", "c", "1");
      captured.awaitEqual(truth);
      truth.send("SWAPDB", "0", "1");
      truth.send("FLUSHALL");
      captured.awaitEqual(truth);
      assertThat(truth.all()).isEmpty();
    }
  }

  @Test
  void noticesEvictions() {
    try (RedisServer server =
            RedisServer.started("--maxmemory", "4mb", "--maxmemory-policy", "allkeys-lru");
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, NO_SWEEP)) {
      captured.awaitScan("start");
      for (int i = 0; i < 3_000; i++) {
        truth.send("SET", "key" + i, "x".repeat(2_000));
      }
      captured.awaitEqual(truth);
      assertThat(truth.all()).hasSizeLessThan(3_000);
    }
  }

  @Test
  void losesNothingWhenTheSubscriberIsKilledUnderWrites() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, NO_SWEEP)) {
      captured.awaitScan("start");
      for (int i = 0; i < 5_000; i++) {
        String key = "key" + random.nextInt(300);
        switch (random.nextInt(4)) {
          case 0 -> truth.send("DEL", key);
          case 1 -> truth.send("EXPIRE", key, "1000");
          default -> truth.send("SET", key, Integer.toString(i));
        }
        if (i % 500 == 250) {
          truth.send("CLIENT", "KILL", "TYPE", "pubsub");
        }
      }
      captured.awaitEqual(truth);
      captured.awaitScan("reconnect");
    }
  }

  @Test
  void repairsAfterTheServerWasKilledAndCameBackWithOtherData() {
    try (RedisServer server =
        RedisServer.started("--appendonly", "yes", "--appendfsync", "always")) {
      try (Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, NO_SWEEP)) {
        captured.awaitScan("start");
        try (Truth truth = new Truth(server.address(), 0)) {
          truth.send("SET", "kept", "1");
          truth.send("SET", "changed", "1");
          truth.send("SET", "deleted", "1");
          captured.awaitEqual(truth);
        }
        server.kill();
        Await.until(LIMIT, "the cut is noticed", () -> !captured.source.status().connected());
        server.start();
        try (Truth truth = new Truth(server.address(), 0)) {
          truth.send("SET", "changed", "2");
          truth.send("DEL", "deleted");
          captured.awaitEqual(truth);
          assertThat(truth.all()).hasSize(2);
        }
      }
    }
  }

  @Test
  void noticesAConnectionThatIsHalfOpen() {
    SourceSettings settings = NO_SWEEP.withPing(Duration.ofMillis(50), Duration.ofMillis(300));
    try (RedisServer server = RedisServer.started();
        Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, settings)) {
      captured.awaitScan("start");
      server.setStopped(true);
      Await.until(LIMIT, "the silence is noticed", () -> !captured.source.status().connected());
      assertThat(captured.source.status().message()).contains(server.address());
      server.setStopped(false);
      captured.awaitScan("reconnect");
    }
  }

  @Test
  void usesTrackingWhereConfigIsForbidden() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Truth other = new Truth(server.address(), 1)) {
      truth.send("ACL", "SETUSER", "hub", "on", ">secret", "~*", "&*", "+@all", "-config");
      truth.send("SET", "here", "1");
      try (Captured captured =
          new Captured(
              RedisEndpoint.parse(server.address()).withLogin("hub", Secret.of("secret")),
              0,
              NO_SWEEP)) {
        captured.awaitScan("start");
        assertThat(captured.source.status().capture()).isEqualTo("tracking");
        assertThat(captured.source.status().message()).contains("client tracking");
        other.send("SET", "elsewhere", "1");
        truth.send("SET", "new", "1");
        truth.send("DEL", "here");
        truth.send("SET", "expires", "1", "PX", "1");
        captured.awaitEqual(truth);
        truth.send("FLUSHDB");
        captured.awaitEqual(truth);
        assertThat(captured.mirror.knows("elsewhere")).isFalse();
      }
    }
  }

  @Test
  void pollsWhereNeitherNotificationsNorTrackingAreAllowed() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0)) {
      truth.send(
          "ACL",
          "SETUSER",
          "hub",
          "on",
          ">secret",
          "~*",
          "&*",
          "+@all",
          "-config",
          "-client|tracking");
      SourceSettings settings = SourceSettings.DEFAULTS.withSweepKeysPerSecond(100_000);
      try (Captured captured =
          new Captured(
              RedisEndpoint.parse(server.address()).withLogin("hub", Secret.of("secret")),
              0,
              settings)) {
        captured.awaitScan("start");
        assertThat(captured.source.status().capture()).isEqualTo("polling");
        truth.send("SET", "a", "1");
        captured.awaitEqual(truth);
        truth.send("SET", "a", "2");
        truth.send("SET", "b", "1");
        captured.awaitEqual(truth);
        truth.send("DEL", "a");
        captured.awaitEqual(truth);
      }
    }
  }

  @Test
  void switchesNotificationsOnAgainAndRepairs() {
    try (RedisServer server = RedisServer.started("--notify-keyspace-events", "Ex");
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, NO_SWEEP)) {
      captured.awaitScan("start");
      assertThat(
              ((Object[])
                      truth
                          .link
                          .call(
                              io.lettuce.core.protocol.CommandType.CONFIG,
                              "GET",
                              "notify-keyspace-events")
                          .join())
                  [1])
          .isEqualTo("AKE".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      truth.send("CONFIG", "SET", "notify-keyspace-events", "");
      truth.send("SET", "unheard", "1");
      captured.awaitEqual(truth);
      captured.awaitScan("notifications were switched off");
    }
  }

  @Test
  void repairsWhenMoreIsHintedThanItMayKeep() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Captured captured =
            new Captured(
                RedisEndpoint.parse(server.address()), 0, NO_SWEEP.withMaxPendingHints(16))) {
      captured.awaitScan("start");
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch released = new CountDownLatch(1);
      captured.mirror.onChanged(() -> {
        entered.countDown();
        awaitLatch(released);
      });
      truth.send("SET", "first", "1");
      awaitLatch(entered);
      for (int i = 0; i < 200; i++) {
        truth.send("SET", "key" + i, "1");
      }
      released.countDown();
      captured.awaitEqual(truth);
      captured.awaitScan("overflow");
    }
  }

  @Test
  void neverTellsKeysOfItsOwn() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0)) {
      truth.send("SET", "__replicator:cursor:0", "1");
      try (Captured captured = new Captured(RedisEndpoint.parse(server.address()), 0, NO_SWEEP)) {
        captured.awaitScan("start");
        truth.send("SET", "__replicator:part:1", "1");
        truth.send("SET", "data", "1");
        Await.until(LIMIT, "data is told", () -> captured.mirror.knows("data"));
        assertThat(captured.mirror.knows("__replicator:cursor:0")).isFalse();
        assertThat(captured.mirror.knows("__replicator:part:1")).isFalse();
      }
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A source that is captured into a mirror. */
  static final class Captured implements AutoCloseable {
    final Mirror mirror = new Mirror();
    final PlainSource source;
    private final RedisConnector connector;

    Captured(RedisEndpoint endpoint, int database, SourceSettings settings) {
      connector = new RedisConnector(endpoint);
      source = new PlainSource(connector, database, settings);
      source.start(mirror);
    }

    void awaitScan(String reason) {
      Await.until(LIMIT, "a scan: " + reason, () -> mirror.has("began " + reason));
      Await.until(LIMIT, "its end", () -> mirror.has("ended"));
    }

    void awaitEqual(Truth truth) {
      Await.until(
          LIMIT,
          "the mirror equals the database",
          () -> {
            Map<Key, Long> known = mirror.readDirty(source);
            return known.equals(truth.all());
          });
    }

    @Override
    public void close() {
      source.close();
      connector.close();
    }
  }
}
