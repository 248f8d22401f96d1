package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.NumberedBatches.applied;
import static io.replicator.client.sink.cassandra.NumberedBatches.assertThere;
import static io.replicator.client.sink.cassandra.NumberedBatches.reopened;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import io.replicator.testing.cassandra.CassandraCluster;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.cassandra.ServerOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A cluster of two data centres, a node in each and each key in both: writes go to the near one
 * only, and reach the other; while the far one is down LOCAL_QUORUM goes on and EACH_QUORUM takes
 * nothing and moves no cursor; while the near one is down nothing is written past it. It is run
 * when asked for:
 *
 * <pre>
 * mvn -pl client/sink-cassandra -am test -Dtest=TwoCentresCheck \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class TwoCentresCheck {
  private static final String NEAR = "0";
  private static final String FAR = "1";

  @Test
  void writesGoToTheNearDataCentreAndConsistencyDecidesWhatALostOneStops() {
    try (CassandraCluster cluster = CassandraCluster.startedInCentres(ServerOptions.DEFAULTS, 2);
        CassandraSink local = sink(cluster, "LOCAL_QUORUM");
        CassandraSink each = sink(cluster, "EACH_QUORUM")) {
      NumberedBatches.awaitEachKnowsBoth(cluster);
      for (String consistency : List.of("LOCAL_QUORUM", "EACH_QUORUM")) {
        makeKeyspace(cluster, settings(consistency).keyspace());
      }
      NumberedBatches.begin(local);
      NumberedBatches.begin(each);
      assertTheNearOneTakesTheWrites(cluster);

      cluster.node(1).kill();
      NumberedBatches.assertRefuses(each, 2);
      applied(local, 2);
      applied(local, 3);

      cluster.node(1).start();
      assertThat(reopened(each)).as("it goes on behind what both have").isEqualTo(1);
      applied(each, 2);
      assertThere(endpoint(cluster, FAR), settings("EACH_QUORUM").withConsistency("LOCAL_ONE"), 2);

      CassandraServer near = cluster.node(0);
      near.kill();
      NumberedBatches.assertRefuses(local, 2);
      near.start();
      applied(local, reopened(local) + 1);
    }
  }

  @Test
  void theKeyspaceIsMadeInTheDataCentreThatIsNamed() {
    try (CassandraCluster cluster = CassandraCluster.startedInCentres(ServerOptions.DEFAULTS, 2)) {
      NumberedBatches.awaitEachKnowsBoth(cluster);
      CassandraSinkSettings settings = CassandraSinkSettings.of("made").withCreateSchema(true);
      try (CassandraSink sink = new CassandraSink(endpoint(cluster, FAR), settings)) {
        NumberedBatches.begin(sink);
      }
      try (CqlSession session = new Connector(endpoint(cluster, NEAR), "ONE").open()) {
        KeyspaceMetadata made = session.getMetadata().getKeyspace("made").orElseThrow();
        assertThat(made.getReplication()).containsEntry(FAR, "1").doesNotContainKey(NEAR);
      }
    }
  }

  private static CassandraEndpoint endpoint(CassandraCluster cluster, String datacenter) {
    return CassandraEndpoint.parse(cluster.addresses()).withDatacenter(datacenter);
  }

  private static CassandraSink sink(CassandraCluster cluster, String consistency) {
    return new CassandraSink(endpoint(cluster, NEAR), settings(consistency));
  }

  /** A keyspace for each level. */
  private static CassandraSinkSettings settings(String consistency) {
    return CassandraSinkSettings.of("centres_" + consistency.toLowerCase(Locale.ROOT))
        .withCreateSchema(true)
        .withConsistency(consistency)
        .withTimeout(Duration.ofSeconds(2));
  }

  private static void makeKeyspace(CassandraCluster cluster, String keyspace) {
    try (CqlSession session = new Connector(endpoint(cluster, NEAR), "ONE").open()) {
      session.execute(
          "CREATE KEYSPACE "
              + keyspace
              + " WITH replication = {'class': 'NetworkTopologyStrategy', '"
              + NEAR
              + "': 1, '"
              + FAR
              + "': 1}");
    }
  }

  private static void assertTheNearOneTakesTheWrites(CassandraCluster cluster) {
    CassandraSinkSettings settings = settings("LOCAL_QUORUM");
    try (CqlSession session =
        new Connector(endpoint(cluster, NEAR), settings.consistency()).open()) {
      Statements statements = new Statements(session, settings);
      Set<String> used = new HashSet<>();
      for (int i = 0; i < NumberedBatches.KEYS; i++) {
        for (Statement<?> statement :
            NumberedBatches.statements(statements, settings, "other" + i)) {
          Node coordinator = session.execute(statement).getExecutionInfo().getCoordinator();
          used.add(coordinator == null ? "none" : String.valueOf(coordinator.getDatacenter()));
        }
      }
      assertThat(used).as("data centres that took writes").containsExactly(NEAR);
    }
  }
}
