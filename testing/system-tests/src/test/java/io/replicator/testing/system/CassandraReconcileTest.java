package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.SinkException;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.replica.CheckResult;
import io.replicator.client.replica.CopyCheck;
import io.replicator.client.replica.HubAddress;
import io.replicator.client.replica.Replica;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.sink.cassandra.CassandraCopy;
import io.replicator.client.sink.cassandra.CassandraEndpoint;
import io.replicator.client.sink.cassandra.CassandraHoldings;
import io.replicator.client.sink.cassandra.CassandraSink;
import io.replicator.client.sink.cassandra.CassandraSinkSettings;
import io.replicator.command.compare.CassandraComparer;
import io.replicator.command.compare.CompareException;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparison;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * A restarted hub finds out what a Cassandra holds and sends only what differs; what somebody did
 * to its tables is found and mended.
 */
final class CassandraReconcileTest {
  private static final int DATABASE = 5;
  private static final long EXPIRING = 20;
  private static final String KEYSPACE = "reconciled";
  private static final long SEED = Long.getLong("replicator.seed", 20261126L);
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final CompareSettings NO_VERIFICATION =
      new CompareSettings(true, Duration.ZERO, true, 0, 1 << 28);

  @Test
  void whatACassandraHoldsIsNotSentAgainAndDriftIsMended() throws Exception {
    try (RedisServer source = RedisServer.started();
        CassandraServer cassandra = CassandraServer.started();
        CqlSession session = CassandraWatch.session(cassandra.port());
        RandomWorkload workload = new RandomWorkload(SEED, source.port(), DATABASE)) {
      workload.run(3000, false);
      try (HubServer hub = HubServer.start(hubSettings(source))) {
        load(hub, source, cassandra, NO_VERIFICATION);
        assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isPositive();
      }
      try (HubServer hub = HubServer.start(hubSettings(source))) {
        load(hub, source, cassandra, NO_VERIFICATION);
        assertReconciled(hub);
        // but for keys whose time ends just now: a Cassandra counts it in seconds
        assertThat(count(hub, DeliveryCounter.ITEMS_WANTED))
            .as("seed " + SEED)
            .isLessThanOrEqualTo(EXPIRING);
      }
      workload.run(100, false);
      tamper(session);
      try (HubServer hub = HubServer.start(hubSettings(source))) {
        load(hub, source, cassandra, NO_VERIFICATION);
        assertReconciled(hub);
        assertThat(count(hub, DeliveryCounter.ITEMS_WANTED)).as("seed " + SEED).isBetween(1L, 200L);
        assertThat(check(hub, cassandra)).returns(true, CheckResult::isEqual);
        tamper(session);
        CheckResult found = check(hub, cassandra);
        assertThat(found.couldNot()).isEmpty();
        assertThat(found.lacking()).as("seed " + SEED).isPositive();
        verify(hub, source, cassandra, session);
      }
    }
  }

  /** What the command verify does. */
  private static CheckResult check(HubServer hub, CassandraServer cassandra) {
    return CopyCheck.run(
            settings(hub),
            List.of(
                new CassandraHoldings(
                    CassandraEndpoint.parse(cassandra.address()),
                    CassandraSinkSettings.of(KEYSPACE))),
            Duration.ZERO,
            LIMIT)
        .getFirst();
  }

  /** The verification in the background finds what was done to the tables, and has it mended. */
  private static void verify(
      HubServer hub, RedisServer source, CassandraServer cassandra, CqlSession session)
      throws Exception {
    CompareSettings often = new CompareSettings(true, Duration.ofSeconds(1), true, 0, 1 << 28);
    try (Replica replica = start(hub, cassandra, often)) {
      replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      tamper(session);
      Await.until(LIMIT, "drift is found", () -> count(hub, DeliveryCounter.DRIFT_FOUND) > 0);
      awaitEqual(source, cassandra);
    }
    assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isZero();
  }

  private static void tamper(CqlSession session) {
    session.execute(
        "INSERT INTO reconciled.strings (db, key, value) VALUES (5, 'stray', 'somebody''s')");
    session.execute("INSERT INTO reconciled.sets (db, key, member) VALUES (5, 'stray:set', 'x')");
    session
        .execute("SELECT key FROM reconciled.strings WHERE db = 5 LIMIT 10 ALLOW FILTERING")
        .forEach(row ->
            session.execute(
                "UPDATE reconciled.strings SET value = 'tampered' WHERE db = 5 AND key = ?",
                row.getString(0)));
    session
        .execute("SELECT key FROM reconciled.hashes WHERE db = 5 LIMIT 3 ALLOW FILTERING")
        .forEach(row ->
            session.execute(
                "DELETE FROM reconciled.hashes WHERE db = 5 AND key = ?", row.getString(0)));
  }

  private static void load(
      HubServer hub, RedisServer source, CassandraServer cassandra, CompareSettings compare)
      throws Exception {
    try (Replica replica = start(hub, cassandra, compare)) {
      replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      awaitEqual(source, cassandra);
    }
  }

  private static Replica start(HubServer hub, CassandraServer cassandra, CompareSettings compare) {
    return Replica.start(
        settings(hub).comparing(compare),
        List.of(
            new CassandraSink(
                CassandraEndpoint.parse(cassandra.address()),
                CassandraSinkSettings.of(KEYSPACE).withCreateSchema(true))));
  }

  private static ReplicaSettings settings(HubServer hub) {
    FeedPlan feed = new FeedPlan(new FeedId(DATABASE, "", KeyPatterns.ALL), null);
    return ReplicaSettings.of(
        "client", List.of(new HubAddress("127.0.0.1", hub.port())), List.of(feed));
  }

  private static HubSettings hubSettings(RedisServer source) {
    return HubSettings.of(
        "hub",
        ListenAddress.parse("127.0.0.1:0"),
        RedisEndpoint.parse(source.address()),
        List.of(DATABASE),
        Set.of(DATABASE));
  }

  private static void awaitEqual(RedisServer source, CassandraServer cassandra) {
    AtomicReference<Object> last = new AtomicReference<>("nothing compared");
    try {
      Await.until(LIMIT, "the copy is equal", () -> equal(source, cassandra, last));
    } catch (AssertionError e) {
      throw new AssertionError("seed " + SEED + ": " + last.get(), e);
    }
  }

  private static boolean equal(
      RedisServer source, CassandraServer cassandra, AtomicReference<Object> last) {
    RedisClient client = RedisClient.create();
    RedisURI uri = RedisURI.create("redis://" + source.address() + "/" + DATABASE);
    try (StatefulRedisConnection<byte[], byte[]> from =
            client.connect(ByteArrayCodec.INSTANCE, uri);
        CassandraCopy to =
            CassandraCopy.open(
                CassandraEndpoint.parse(cassandra.address()), CassandraSinkSettings.of(KEYSPACE))) {
      Comparison comparison =
          CassandraComparer.compare(
              new CompareSide("source", from, DATABASE),
              to,
              DATABASE,
              CompareRules.DEFAULT,
              keys -> {});
      last.set(comparison);
      return comparison.equal();
    } catch (CompareException | SinkException e) {
      last.set(e);
      return false;
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private static void assertReconciled(HubServer hub) {
    // one, or more if the link was slow enough for a second try
    Await.until(LIMIT, "reconciled", () -> count(hub, DeliveryCounter.RECONCILES_DONE) > 0);
    assertThat(count(hub, DeliveryCounter.RECONCILES_GIVEN_UP)).isZero();
    assertThat(count(hub, DeliveryCounter.SNAPSHOTS)).isZero();
  }

  private static long count(HubServer hub, DeliveryCounter counter) {
    return Objects.requireNonNull(hub.status().counters().get(counter));
  }
}
