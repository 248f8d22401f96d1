package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.testing.cassandra.CassandraCluster;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.cassandra.ServerOptions;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.SinkData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * A cluster of two nodes, each key on both: writes go to a replica of their key; while one node is
 * down QUORUM (here: both) takes nothing and moves no cursor, ONE goes on; when it is back both
 * copies are right. Two young servers need ports and time, so it is run when asked for:
 *
 * <pre>
 * mvn -pl client/sink-cassandra -am test -Dtest=TwoNodesCheck \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class TwoNodesCheck {
  private static final int KEYS = 200;
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String[] CONSISTENCIES = {"QUORUM", "ONE"};

  @Test
  void writesGoToReplicasAndConsistencyDecidesWhatALostNodeStops() {
    try (CassandraCluster cluster = CassandraCluster.started(ServerOptions.DEFAULTS, 2);
        CassandraSink both = sink(cluster, "QUORUM");
        CassandraSink one = sink(cluster, "ONE")) {
      awaitEachKnowsBoth(cluster);
      for (CassandraSink sink : List.of(both, one)) {
        opened(sink);
        done(sink.apply(Rig.batch().cursor(live("0")).begin().build()));
        done(sink.apply(batch(1)));
      }
      assertReplicasTakeTheWrites(cluster);

      CassandraServer second = cluster.node(1);
      second.kill();
      assertThatThrownBy(() -> done(both.apply(batch(2))))
          .isInstanceOfSatisfying(
              SinkException.class,
              e -> assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE));
      applied(one, 2);
      applied(one, 3);

      second.start();
      assertThat(reopened(both)).as("QUORUM goes on behind what both nodes have").isEqualTo(1);
      applied(both, 2);
      applied(both, 3);
      for (String consistency : CONSISTENCIES) {
        assertAllThere(cluster, consistency);
      }
    }
  }

  /** Before that a keyspace would be made for one node, with one copy of each key. */
  private static void awaitEachKnowsBoth(CassandraCluster cluster) {
    for (int i = 0; i < 2; i++) {
      CassandraEndpoint one = CassandraEndpoint.parse(cluster.node(i).address());
      Await.until(
          LIMIT,
          one + " knows two nodes",
          () -> {
            try (CqlSession session = new Connector(one, "ONE").open()) {
              return session.getMetadata().getNodes().values().stream()
                      .filter(node -> node.getDatacenter() != null)
                      .count()
                  == 2;
            }
          });
    }
  }

  private static CassandraSink sink(CassandraCluster cluster, String consistency) {
    return new CassandraSink(CassandraEndpoint.parse(cluster.addresses()), settings(consistency));
  }

  /** A keyspace for each level. */
  private static CassandraSinkSettings settings(String consistency) {
    return CassandraSinkSettings.of("two_" + consistency.toLowerCase(java.util.Locale.ROOT))
        .withCreateSchema(true)
        .withConsistency(consistency)
        .withTimeout(Duration.ofSeconds(2));
  }

  /** In a keyspace of one replica a key, so that for each key one node is right. */
  private static void assertReplicasTakeTheWrites(CassandraCluster cluster) {
    CassandraSinkSettings settings = CassandraSinkSettings.of("near").withCreateSchema(true);
    try (CqlSession session =
        new Connector(CassandraEndpoint.parse(cluster.addresses()), "ONE").open()) {
      session.execute(
          "CREATE KEYSPACE near WITH replication ="
              + " {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
      new Schema("near", session, settings).ready();
      Statements statements = new Statements(session, settings);
      TokenMap tokens = session.getMetadata().getTokenMap().orElseThrow();
      Set<Node> used = new HashSet<>();
      for (int i = 0; i < KEYS; i++) {
        for (Statement<?> statement : statements(statements, settings, "k" + i)) {
          ByteBuffer routing = Objects.requireNonNull(statement.getRoutingKey());
          Node coordinator =
              Objects.requireNonNull(
                  session.execute(statement).getExecutionInfo().getCoordinator());
          assertThat(tokens.getReplicas("near", routing)).as("k" + i).containsExactly(coordinator);
          used.add(coordinator);
        }
      }
      assertThat(used).as("nodes that took writes").hasSize(2);
    }
  }

  /** What is sent for a string (one insert) and for a hash (a batch) of this key. */
  private static List<Statement<?>> statements(
      Statements statements, CassandraSinkSettings settings, String key) {
    List<Statement<?>> sent = new ArrayList<>();
    TypedRows rows = new TypedRows(statements, settings, 0);
    for (Value value : List.of(SinkData.string("v"), SinkData.hash("f", "v"))) {
      Entry entry = new Entry(0, bytes(key), value, 1, 0, 1, Ttl.NONE, Trace.ALL);
      rows.write(
          entry,
          TypedRows.traces(value, 0),
          new Work(),
          work -> sent.add(work.statement()),
          () -> {});
    }
    return sent;
  }

  /** As a client does: after a failure the sink tells where to go on. */
  private static void applied(CassandraSink sink, int number) {
    try {
      done(sink.apply(batch(number)));
    } catch (SinkException e) {
      // The node that went, or came, was noticed in the middle of it.
      assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE);
      assertThat(reopened(sink)).isBetween(number - 1, number);
      done(sink.apply(batch(number)));
    }
  }

  /** The number of the last batch that is stored. */
  private static int reopened(CassandraSink sink) {
    byte[] live = Objects.requireNonNull(opened(sink).live());
    return Integer.parseInt(new String(live, StandardCharsets.US_ASCII));
  }

  private static Cursor opened(CassandraSink sink) {
    AtomicReference<Cursor> cursor = new AtomicReference<>();
    Await.until(
        LIMIT,
        "the sink opens",
        () -> {
          try {
            cursor.set(done(sink.open(feed())));
            return true;
          } catch (SinkException e) {
            return false; // a node is still down, or has not heard of the tables yet
          }
        });
    return Objects.requireNonNull(cursor.get());
  }

  private static Batch batch(int number) {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      changes.add(new Change.Put(Key.of("k" + i), number, value(i, number), 0));
    }
    return Rig.batch(changes.toArray(Change[]::new)).cursor(live("" + number)).build();
  }

  private static Value value(int key, int number) {
    return key % 2 == 0 ? SinkData.string("v" + number) : SinkData.hash("f" + number, "v");
  }

  /** Both replicas are asked: the newest of what they have counts. */
  private static void assertAllThere(CassandraCluster cluster, String consistency) {
    try (CassandraCopy copy =
        CassandraCopy.open(
            CassandraEndpoint.parse(cluster.addresses()),
            settings(consistency).withConsistency("ALL"))) {
      for (int i = 0; i < KEYS; i++) {
        assertThat(copy.difference(Rig.database(), Key.of("k" + i), value(i, 3), 0, 0))
            .as(consistency + " k" + i)
            .isEmpty();
      }
    }
  }
}
