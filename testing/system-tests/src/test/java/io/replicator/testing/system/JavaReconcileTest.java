package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.client.replica.ClientChange;
import io.replicator.client.replica.KeptData;
import io.replicator.client.replica.ReplicatorClient;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A Java program tells what it holds, in its live map or elsewhere: a hub that has lost its history
 * sends what differs and nothing else.
 */
class JavaReconcileTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int KEYS = 500;

  private final RedisServer source = RedisServer.started();

  @BeforeEach
  void fill() {
    redis(redis -> {
      for (int i = 0; i < KEYS; i++) {
        redis.run("SET key:" + i + " value-" + i);
      }
      redis.run("HSET hash f v g w");
      redis.run("ZADD zset 1.5 a 2 b");
      redis.run("SET late x PXAT 4000000000000");
    });
  }

  @AfterEach
  void stop() {
    source.close();
  }

  @Test
  void aLiveMapGetsWhatChangedWhileTheHubWasAway() throws Exception {
    Map<String, ClientChange> heard = new ConcurrentHashMap<>();
    HubServer first = start(0);
    int port = first.port();
    try (ReplicatorClient client =
        ReplicatorClient.connect("127.0.0.1:" + port).database(0).clientId("java").open()) {
      client.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(client.map().size()).isEqualTo(KEYS + 3);
      client.onChange(change -> heard.put(change.keyText(), change));
      first.close();
      redis(redis -> {
        redis.run("SET key:7 changed");
        redis.run("PERSIST late");
        redis.run("DEL key:8 zset");
        redis.run("SET new x");
      });
      try (HubServer second = start(port)) {
        Await.until(LIMIT, "reconciled", () -> count(second, DeliveryCounter.RECONCILES_DONE) > 0);
        assertOnlyReconciled(second);
        Await.until(LIMIT, "all is told", () -> heard.size() == 5);
        assertThat(heard.keySet())
            .containsExactlyInAnyOrder("key:7", "late", "key:8", "zset", "new");
        assertThat(heard.get("key:8")).returns(true, ClientChange::isRemoval);
        assertThat(heard.get("late")).returns(0L, ClientChange::expiresAtMillis);
        assertThat(client.map().text("key:7")).contains("changed");
        assertThat(client.map().contains("zset")).isFalse();
        assertThat(client.map().size()).isEqualTo(KEYS + 2);
      }
    } finally {
      first.close();
    }
  }

  /** The data came by another way, and no cursor with it. */
  @Test
  void dataThatTheApplicationKeepsIsComparedInsteadOfLoaded() throws Exception {
    Map<Key, Long> kept = new ConcurrentHashMap<>();
    try (HubServer hub = start(0);
        ReplicatorClient client = client(hub, kept)) {
      client.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(kept).hasSize(KEYS + 3);
      assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isEqualTo(1);
    }
    kept.remove(Key.of("key:1"));
    kept.put(Key.of("key:2"), 42L);
    kept.put(Key.of("mine"), 43L);
    try (HubServer hub = start(0);
        ReplicatorClient client = client(hub, kept)) {
      client.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      Await.until(LIMIT, "reconciled", () -> count(hub, DeliveryCounter.RECONCILES_DONE) > 0);
      assertOnlyReconciled(hub);
      assertThat(count(hub, DeliveryCounter.ITEMS_WANTED)).isGreaterThanOrEqualTo(2);
      Await.until(LIMIT, "it is mended", () -> !Long.valueOf(42).equals(kept.get(Key.of("key:2"))));
      Await.until(LIMIT, "it is gone", () -> !kept.containsKey(Key.of("mine")));
      Await.until(LIMIT, "it is back", () -> kept.size() == KEYS + 3);
    }
  }

  private static void assertOnlyReconciled(HubServer hub) {
    assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isZero();
    assertThat(count(hub, DeliveryCounter.RECONCILES_GIVEN_UP)).isZero();
    assertThat(count(hub, DeliveryCounter.ITEMS_WANTED)).isLessThan(10);
  }

  private static ReplicatorClient client(HubServer hub, Map<Key, Long> kept) {
    return ReplicatorClient.connect("127.0.0.1:" + hub.port())
        .database(0)
        .clientId("keeper")
        .keptData(new Kept(kept))
        .onChange(change -> {
          if (change.isRemoval()) {
            kept.remove(change.key());
          } else {
            kept.put(change.key(), change.valueHash());
          }
        })
        .open();
  }

  private record Kept(Map<Key, Long> hashes) implements KeptData {
    @Override
    public boolean holdsData(FeedId feed) {
      return !hashes.isEmpty();
    }

    @Override
    public void tell(FeedId feed, Teller teller) {
      hashes.forEach(teller::key);
    }
  }

  private static long count(HubServer hub, DeliveryCounter counter) {
    return Objects.requireNonNull(hub.status().counters().get(counter));
  }

  private HubServer start(int port) {
    return HubServer.start(
        HubSettings.of(
            "hub",
            ListenAddress.parse("127.0.0.1:" + port),
            RedisEndpoint.parse(source.address()),
            List.of(0),
            Set.of(0)));
  }

  private void redis(Consumer<Redis> work) {
    try (Redis redis = new Redis(source.port())) {
      work.accept(redis);
    }
  }
}
