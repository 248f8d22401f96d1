package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.replica.HubAddress;
import io.replicator.client.replica.Replica;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.sink.redis.RedisSink;
import io.replicator.client.sink.redis.RedisSinkSettings;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Real Redis, hub and replica in one process: whatever became of cursor, hub or target, only what
 * differs is sent, and the copy is equal afterwards (I1, I3).
 */
class ReconcileTest {
  private static final int DATABASE = 5;
  private static final long SEED = Long.getLong("replicator.seed", 20261125L);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final RedisServer source = RedisServer.started();
  private final RedisServer target = RedisServer.started();
  private final Random random = new Random(SEED);

  @AfterEach
  void stop() {
    target.close();
    source.close();
  }

  @Test
  void aRestartedHubSendsOnlyWhatChanged() throws Exception {
    try (RandomWorkload workload = new RandomWorkload(SEED, source.port(), DATABASE)) {
      fill(3000);
      workload.run(3000, false);
      try (HubServer hub = HubServer.start(hubSettings())) {
        load(hub);
      }
      workload.run(150, false);
      try (HubServer hub = HubServer.start(hubSettings())) {
        load(hub);
        assertReconciled(hub);
        assertThat(sentKeys(hub)).as("seed " + SEED).isLessThan(600);
      }
    }
  }

  @Test
  void nothingIsSentWhereNothingDiffers() throws Exception {
    fill(2000);
    try (HubServer hub = HubServer.start(hubSettings())) {
      load(hub);
    }
    try (HubServer hub = HubServer.start(hubSettings())) {
      load(hub);
      assertReconciled(hub);
      assertThat(sentKeys(hub)).isZero();
      assertThat(count(hub, DeliveryCounter.SYMBOLS_SENT)).isZero();
    }
  }

  @Test
  void whatSomebodyDidToTheTargetIsMended() throws Exception {
    try (RandomWorkload workload = new RandomWorkload(SEED + 1, source.port(), DATABASE)) {
      fill(1000);
      workload.run(3000, false);
    }
    try (HubServer hub = HubServer.start(hubSettings())) {
      load(hub);
    }
    tamper();
    try (HubServer hub = HubServer.start(hubSettings())) {
      load(hub);
      assertReconciled(hub);
      assertThat(sentKeys(hub)).isBetween(1L, 100L);
    }
  }

  @Test
  void verifyingFindsAndMendsDriftWhileTheSourceMoves() throws Exception {
    fill(1000);
    CompareSettings often = new CompareSettings(true, Duration.ofSeconds(1), true, 0, 1 << 28);
    try (RandomWorkload workload = new RandomWorkload(SEED + 2, source.port(), DATABASE);
        HubServer hub = HubServer.start(hubSettings());
        Replica replica = start(hub, often)) {
      workload.run(1000, false);
      replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      awaitEqual();
      tamper();
      Await.until(
          LIMIT,
          "drift is found",
          () -> {
            workload.run(20, false);
            return count(hub, DeliveryCounter.DRIFT_FOUND) > 0;
          });
      awaitEqual();
      try {
        Await.until(
            LIMIT, "the repair ends", () -> count(hub, DeliveryCounter.RECONCILES_DONE) > 0);
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + ": " + hub.status(), e);
      }
      assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isEqualTo(1);
    }
  }

  @Test
  void aTargetWithOtherDataBecomesTheCopy() throws Exception {
    fill(500);
    try (Redis redis = new Redis(target.port())) {
      redis.run("SELECT " + DATABASE);
      for (int i = 0; i < 300; i++) {
        redis.run("SET other:" + i + " x");
      }
      redis.run("SET key:000007 wrong");
    }
    try (HubServer hub = HubServer.start(hubSettings())) {
      load(hub);
    }
  }

  /** Values, types, expiries, extra and missing keys. */
  private void tamper() {
    try (Redis redis = new Redis(target.port())) {
      redis.run("SELECT " + DATABASE);
      redis.run("SET key:000001 tampered");
      redis.run("DEL key:000002");
      redis.run("RPUSH key:000002 of another type");
      redis.run("PEXPIRE key:000003 100000000");
      redis.run("SET extra:1 x");
      redis.run("HSET extra:2 f v");
      redis.run("DEL key:000004 key:000005");
      for (int i = 0; i < 10; i++) {
        redis.run("SET key:" + String.format("%06d", 100 + random.nextInt(800)) + " y" + i);
      }
    }
  }

  private void fill(int keys) {
    try (Redis redis = new Redis(source.port())) {
      redis.run("SELECT " + DATABASE);
      for (int i = 0; i < keys; i++) {
        String key = String.format("key:%06d", i);
        if (i % 50 == 10) {
          redis.run("SET " + key + " value-" + i + " PXAT " + (4_000_000_000_000L + i));
        } else if (i % 50 == 20) {
          redis.run("ZADD " + key + " 1.5 a 2e300 b");
        } else if (i % 50 == 30) {
          redis.run("XADD " + key + " 5-" + (i + 1) + " f v");
        } else {
          redis.run("SET " + key + " value-" + i);
        }
      }
      redis.run("SETRANGE large 700000 end");
    }
  }

  private void load(HubServer hub) throws Exception {
    try (Replica replica = start(hub, new CompareSettings(true, Duration.ZERO, true, 0, 1 << 28))) {
      replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      awaitEqual();
    }
  }

  private void awaitEqual() {
    Copy.awaitEqual(LIMIT, source.address(), target.address(), DATABASE, () -> "seed " + SEED);
  }

  private static void assertReconciled(HubServer hub) {
    // one, or more if the link was slow enough for a second try
    Await.until(LIMIT, "reconciled", () -> count(hub, DeliveryCounter.RECONCILES_DONE) > 0);
    assertThat(count(hub, DeliveryCounter.RECONCILES_GIVEN_UP)).isZero();
    assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isZero();
  }

  private static long sentKeys(HubServer hub) {
    return count(hub, DeliveryCounter.ITEMS_WANTED);
  }

  private static long count(HubServer hub, DeliveryCounter counter) {
    return Objects.requireNonNull(hub.status().counters().get(counter));
  }

  private Replica start(HubServer hub, CompareSettings compare) {
    FeedPlan feed = new FeedPlan(new FeedId(DATABASE, "", KeyPatterns.ALL), null);
    ReplicaSettings settings =
        ReplicaSettings.of(
                "client", List.of(new HubAddress("127.0.0.1", hub.port())), List.of(feed))
            .comparing(compare);
    return Replica.start(
        settings,
        List.of(new RedisSink(RedisEndpoint.parse(target.address()), RedisSinkSettings.DEFAULTS)));
  }

  private HubSettings hubSettings() {
    return HubSettings.of(
        "hub",
        ListenAddress.parse("127.0.0.1:0"),
        RedisEndpoint.parse(source.address()),
        List.of(DATABASE),
        Set.of(DATABASE));
  }
}
