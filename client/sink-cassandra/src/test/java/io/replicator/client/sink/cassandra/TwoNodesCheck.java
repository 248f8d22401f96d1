package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.NumberedBatches.applied;
import static io.replicator.client.sink.cassandra.NumberedBatches.assertThere;
import static io.replicator.client.sink.cassandra.NumberedBatches.reopened;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.replicator.testing.cassandra.CassandraCluster;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.cassandra.ServerOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
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
  private static final String[] CONSISTENCIES = {"QUORUM", "ONE"};

  @Test
  void writesGoToReplicasAndConsistencyDecidesWhatALostNodeStops() {
    try (CassandraCluster cluster = CassandraCluster.started(ServerOptions.DEFAULTS, 2);
        CassandraSink both = sink(cluster, "QUORUM");
        CassandraSink one = sink(cluster, "ONE")) {
      NumberedBatches.awaitEachKnowsBoth(cluster);
      for (CassandraSink sink : List.of(both, one)) {
        NumberedBatches.begin(sink);
      }
      assertReplicasTakeTheWrites(cluster);

      CassandraServer second = cluster.node(1);
      second.kill();
      NumberedBatches.assertRefuses(both, 2);
      applied(one, 2);
      applied(one, 3);

      second.start();
      assertThat(reopened(both)).as("QUORUM goes on behind what both nodes have").isEqualTo(1);
      applied(both, 2);
      applied(both, 3);
      for (String consistency : CONSISTENCIES) {
        // Both replicas are asked: the newest of what they have counts.
        assertThere(endpoint(cluster), settings(consistency).withConsistency("ALL"), 3);
      }
    }
  }

  private static CassandraEndpoint endpoint(CassandraCluster cluster) {
    return CassandraEndpoint.parse(cluster.addresses());
  }

  private static CassandraSink sink(CassandraCluster cluster, String consistency) {
    return new CassandraSink(endpoint(cluster), settings(consistency));
  }

  /** A keyspace for each level. */
  private static CassandraSinkSettings settings(String consistency) {
    return CassandraSinkSettings.of("two_" + consistency.toLowerCase(Locale.ROOT))
        .withCreateSchema(true)
        .withConsistency(consistency)
        .withTimeout(Duration.ofSeconds(2));
  }

  /** In a keyspace of one replica a key, so that for each key one node is right. */
  private static void assertReplicasTakeTheWrites(CassandraCluster cluster) {
    CassandraSinkSettings settings = CassandraSinkSettings.of("near").withCreateSchema(true);
    try (CqlSession session = new Connector(endpoint(cluster), "ONE").open()) {
      session.execute(
          "CREATE KEYSPACE near WITH replication ="
              + " {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
      new Schema("near", session, settings).ready();
      Statements statements = new Statements(session, settings);
      TokenMap tokens = session.getMetadata().getTokenMap().orElseThrow();
      Set<Node> used = new HashSet<>();
      for (int i = 0; i < NumberedBatches.KEYS; i++) {
        for (Statement<?> statement : NumberedBatches.statements(statements, settings, "k" + i)) {
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
}
