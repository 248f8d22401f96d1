package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.ssl.ProgrammaticSslEngineFactory;
import com.datastax.oss.driver.internal.core.loadbalancing.DcInferringLoadBalancingPolicy;
import com.datastax.oss.driver.internal.core.time.ServerSideTimestampGenerator;
import io.replicator.api.SinkException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** Opens sessions with a cluster; the driver keeps them connected. */
final class Connector {
  static final Duration REQUEST_LIMIT = Duration.ofSeconds(5);
  private static final Duration FIRST_RECONNECT = Duration.ofMillis(200);
  private static final Duration LAST_RECONNECT = Duration.ofSeconds(5);

  /** All that a sink may have under way, and as many that timed out and were never answered. */
  private static final int MOST_ON_A_CONNECTION = 2 * CassandraSinkSettings.MOST_IN_FLIGHT;

  private static final Duration SCHEMA_WINDOW = Duration.ofMillis(50);

  private final CassandraEndpoint endpoint;
  private final String consistency;

  Connector(CassandraEndpoint endpoint, String consistency) {
    this.endpoint = endpoint;
    this.consistency = consistency;
  }

  String name() {
    return "cassandra " + endpoint.name();
  }

  /** Blocks until a node was reached. */
  CqlSession open() {
    return open(new NodeDowns());
  }

  /** The same, and counts the nodes that go down. */
  CqlSession open(NodeDowns downs) {
    CqlSessionBuilder builder =
        CqlSession.builder().withConfigLoader(config()).addNodeStateListener(downs);
    endpoint.nodes().forEach(node -> builder.addContactPoint(node.address()));
    if (!endpoint.datacenter().isEmpty()) {
      builder.withLocalDatacenter(endpoint.datacenter());
    }
    if (!endpoint.user().isEmpty()) {
      builder.withAuthCredentials(endpoint.user(), endpoint.password());
    }
    CassandraTls tls = endpoint.tls();
    if (tls != null) {
      builder.withSslEngineFactory(
          new ProgrammaticSslEngineFactory(PemTls.context(tls), null, true));
    }
    return checked(builder.build());
  }

  /** The driver would find no node there, and no statement would say why. */
  private CqlSession checked(CqlSession session) {
    Set<String> there = new TreeSet<>();
    for (Node node : session.getMetadata().getNodes().values()) {
      there.add(String.valueOf(node.getDatacenter()));
    }
    String wanted = endpoint.datacenter();
    if (wanted.isEmpty() || there.contains(wanted)) {
      return session;
    }
    session.forceCloseAsync();
    throw new SinkException(
        SinkException.Category.REFUSED,
        name()
            + ": data centre '"
            + wanted
            + "' is not in this cluster: expected "
            + String.join(" or ", there)
            + " (--datacenter; without it, that of the first node that answers)");
  }

  private DriverConfigLoader config() {
    ProgrammaticDriverConfigLoaderBuilder config =
        DriverConfigLoader.programmaticBuilder(Connector.class.getClassLoader())
            .withString(DefaultDriverOption.SESSION_NAME, "replicator")
            .withString(DefaultDriverOption.REQUEST_CONSISTENCY, consistency)
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, REQUEST_LIMIT)
            // Every write carries its timestamp: sent twice it is the same as once.
            .withBoolean(DefaultDriverOption.REQUEST_DEFAULT_IDEMPOTENCE, true)
            .withClass(
                DefaultDriverOption.TIMESTAMP_GENERATOR_CLASS, ServerSideTimestampGenerator.class)
            .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, FIRST_RECONNECT)
            .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, LAST_RECONNECT)
            .withDuration(DefaultDriverOption.CONNECTION_CONNECT_TIMEOUT, REQUEST_LIMIT)
            .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, REQUEST_LIMIT)
            .withDuration(DefaultDriverOption.CONTROL_CONNECTION_TIMEOUT, REQUEST_LIMIT)
            .withDuration(DefaultDriverOption.METADATA_SCHEMA_REQUEST_TIMEOUT, REQUEST_LIMIT)
            // A statement that makes a table waits so long for the news of others.
            .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, SCHEMA_WINDOW)
            .withInt(DefaultDriverOption.CONNECTION_POOL_LOCAL_SIZE, 1)
            .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, MOST_ON_A_CONNECTION)
            .withInt(DefaultDriverOption.SESSION_LEAK_THRESHOLD, 0)
            .withBoolean(DefaultDriverOption.NETTY_DAEMON, true)
            // Not 0: the end of a session is told on the threads that end.
            .withString(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_UNIT, "MILLISECONDS")
            .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 100)
            .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_TIMEOUT, 5_000)
            .withString(DefaultDriverOption.NETTY_IO_SHUTDOWN_UNIT, "MILLISECONDS")
            .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 10)
            .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_TIMEOUT, 5_000);
    if (endpoint.datacenter().isEmpty()) {
      config.withClass(
          DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS, DcInferringLoadBalancingPolicy.class);
    }
    return config.build();
  }
}
