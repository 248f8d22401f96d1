package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.api.SinkException;
import io.replicator.client.sink.cassandra.CassandraCopy;
import io.replicator.client.sink.cassandra.CassandraEndpoint;
import io.replicator.client.sink.cassandra.CassandraSinkSettings;
import io.replicator.command.compare.CassandraComparer;
import io.replicator.command.compare.CompareException;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparison;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.cassandra.ServerOptions;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.FaultProxy;
import io.replicator.testing.testkit.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * I1 to I4 with a Cassandra and a Redis as targets of one client: while a random workload runs at
 * the source, the link is cut, hub, client and source are killed, and in the middle the Cassandra
 * is. When it is quiet both copies must be equal, and nothing may have gone back on the way.
 */
final class CassandraChaosTest {
  private static final int ROUNDS = 8;
  private static final int MOST_COMMANDS_A_ROUND = 2_000;
  private static final Duration QUIET_LIMIT = Duration.ofMinutes(4);
  private static final String KEYSPACE = "chaos";

  @TempDir private Path folder = Path.of("");

  static long[] seeds() {
    return Seeds.orElse(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void bothCopiesConvergeAndNeverGoBackWhateverIsCutOrKilled(long seed) {
    System.out.println("CassandraChaosTest seed " + seed + " (-Dreplicator.seeds=" + seed + ")");
    String[] durable = {"--appendonly", "yes", "--appendfsync", "always"};
    try (CassandraServer cassandra =
            CassandraServer.started(ServerOptions.DEFAULTS.withDurability());
        RedisServer source = RedisServer.started(durable);
        RedisServer redis = RedisServer.started(durable);
        Node hub =
            Node.hub(
                    folder,
                    "hub",
                    "--databases",
                    "0",
                    "--plaindb",
                    "0",
                    "--redis",
                    source.address())
                .start();
        FaultProxy link = FaultProxy.to("127.0.0.1", port(hub));
        Node client =
            Node.client(
                    folder,
                    "client",
                    link.address(),
                    "--databases",
                    "0",
                    "--redis",
                    redis.address(),
                    "--cassandra",
                    cassandra.address(),
                    "--keyspace",
                    KEYSPACE,
                    "--create-schema",
                    "--cassandra-timeout",
                    "2s")
                .start();
        CassandraWatch watch = new CassandraWatch(cassandra.port(), KEYSPACE);
        RandomWorkload workload = new RandomWorkload(seed, source.port(), 0)) {
      SplittableRandom faults = new SplittableRandom(seed ^ 0x5DEECE66DL);
      workload.run(MOST_COMMANDS_A_ROUND, false);
      client.awaitReady();
      for (int round = 0; round < ROUNDS; round++) {
        if (round == ROUNDS / 2) {
          cassandra.kill();
          workload.run(MOST_COMMANDS_A_ROUND, true);
          cassandra.start();
        } else {
          fault(faults, link, hub, client, source);
        }
        workload.run(1 + faults.nextInt(MOST_COMMANDS_A_ROUND), true);
        if (faults.nextBoolean()) {
          link.heal();
        }
      }
      link.heal();
      awaitEqual(source, cassandra, () -> hub.story() + client.story() + cassandra.tail());
      Copy.awaitEqual(
          QUIET_LIMIT, source.address(), redis.address(), 0, () -> hub.story() + client.story());
      assertThat(watch.complaints()).as("what went back in Cassandra").isEmpty();
      assertThat(watch.reads()).as("reads of the witnesses").isPositive();
    }
  }

  private static void fault(
      SplittableRandom random, FaultProxy link, Node hub, Node client, RedisServer source) {
    switch (random.nextInt(6)) {
      case 0 -> link.cut();
      case 1 -> link.stall(FaultProxy.Direction.TO_CLIENT, true);
      case 2 -> {
        hub.kill();
        hub.start();
      }
      case 3 -> {
        source.kill();
        source.start();
      }
      default -> {
        client.kill();
        client.start();
      }
    }
  }

  private static int port(Node hub) {
    return Integer.parseInt(hub.address().substring(hub.address().lastIndexOf(':') + 1));
  }

  private static void awaitEqual(
      RedisServer source, CassandraServer cassandra, java.util.function.Supplier<String> story) {
    AtomicReference<Object> last = new AtomicReference<>("nothing compared");
    try {
      Await.until(
          QUIET_LIMIT,
          "the copy in Cassandra is equal",
          () -> {
            try {
              Comparison now = compare(source.address(), cassandra.address());
              last.set(now);
              return now.equal();
            } catch (SinkException | CompareException e) {
              last.set(e);
              return false; // it starts, or has no tables yet
            }
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + last.get() + "\n" + story.get(), e);
    }
  }

  private static Comparison compare(String source, String cassandra) {
    RedisClient client = RedisClient.create();
    try (StatefulRedisConnection<byte[], byte[]> from =
            client.connect(ByteArrayCodec.INSTANCE, RedisURI.create("redis://" + source));
        CassandraCopy to =
            CassandraCopy.open(
                CassandraEndpoint.parse(cassandra), CassandraSinkSettings.of(KEYSPACE))) {
      return CassandraComparer.compare(
          new CompareSide("source " + source, from, 0), to, 0, CompareRules.DEFAULT, keys -> {});
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }
}
