package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.replica.HubAddress;
import io.replicator.client.replica.Replica;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.replica.ReplicaStatus;
import io.replicator.client.sink.redis.RedisSink;
import io.replicator.client.sink.redis.RedisSinkSettings;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparer;
import io.replicator.command.compare.Comparison;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real Redis, hub and replica in one process: one source, two targets, one of which is killed. */
class TwoTargetsTest {
  private static final int DATABASE = 5;
  private static final long SEED = 20261122;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final RedisServer source = RedisServer.started();
  private final RedisServer first = RedisServer.started("--appendonly", "yes");
  private final RedisServer second = RedisServer.started("--appendonly", "yes");
  private final RedisClient redis = RedisClient.create();

  @AfterEach
  void stop() {
    redis.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    second.close();
    first.close();
    source.close();
  }

  @Test
  void copiesToBothAndTakesAKilledOneInAgain() throws Exception {
    try (RandomWorkload workload = new RandomWorkload(SEED, source.port(), DATABASE);
        HubServer hub = HubServer.start(hubSettings())) {
      workload.run(2000, false);
      try (Replica replica = Replica.start(settings(hub.port()), List.of(to(first), to(second)))) {
        replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        workload.run(1000, true);
        assertCopied(first);
        assertCopied(second);

        second.kill();
        workload.run(1000, false);
        assertCopied(first);
        Await.until(LIMIT, "killed target is noticed", () -> !replica.status().isReady());

        second.start();
        workload.run(500, false);
        assertCopied(second);
        assertCopied(first);
        Await.until(LIMIT, "both targets are active", () -> replica.status().isReady());
        assertThat(replica.status().sessions()).isGreaterThan(1);
      }
    }
  }

  @Test
  void goesOnFromTheStoredCursorAfterARestartOfTheClient() throws Exception {
    try (RandomWorkload workload = new RandomWorkload(SEED + 1, source.port(), DATABASE);
        HubServer hub = HubServer.start(hubSettings())) {
      workload.run(2000, false);
      try (Replica replica = Replica.start(settings(hub.port()), List.of(to(first)))) {
        replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertCopied(first);
      }
      workload.run(20, false);
      try (Replica replica = Replica.start(settings(hub.port()), List.of(to(first)))) {
        replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertCopied(first);
        ReplicaStatus.FeedTotals total = replica.status().feeds().getFirst().total();
        // the keys of 20 commands, and of those that expired meanwhile
        assertThat(total.loadedKeys() + total.liveKeys()).isBetween(1L, 120L);
        assertThat(hub.status().counters()).containsEntry(DeliveryCounter.SNAPSHOTS, 1L);
      }
    }
  }

  private void assertCopied(RedisServer target) {
    try (StatefulRedisConnection<byte[], byte[]> from = connect(source);
        StatefulRedisConnection<byte[], byte[]> to = connect(target)) {
      Comparison comparison =
          Comparer.compare(
              new CompareSide("source", from, DATABASE),
              new CompareSide("target", to, DATABASE),
              new CompareRules(KeyPatterns.ALL, "", Duration.ofSeconds(1), false, 10, LIMIT));
      assertThat(comparison.equal()).as("seed %d: %s", SEED, comparison).isTrue();
    }
  }

  private StatefulRedisConnection<byte[], byte[]> connect(RedisServer server) {
    return redis.connect(ByteArrayCodec.INSTANCE, RedisURI.create("redis://" + server.address()));
  }

  private static RedisSink to(RedisServer target) {
    return new RedisSink(RedisEndpoint.parse(target.address()), RedisSinkSettings.DEFAULTS);
  }

  private HubSettings hubSettings() {
    return HubSettings.of(
        "hub",
        ListenAddress.parse("127.0.0.1:0"),
        RedisEndpoint.parse(source.address()),
        List.of(DATABASE),
        Set.of(DATABASE));
  }

  private static ReplicaSettings settings(int port) {
    FeedPlan feed = new FeedPlan(new FeedId(DATABASE, "", KeyPatterns.ALL), null);
    return ReplicaSettings.of("client", List.of(new HubAddress("127.0.0.1", port)), List.of(feed));
  }
}
