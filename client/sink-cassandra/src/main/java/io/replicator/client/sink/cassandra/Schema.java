package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.replicator.api.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the keyspace and the tables if that is wanted, and says precisely what is missing. */
final class Schema {
  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
  private static final Duration DDL_LIMIT = Duration.ofSeconds(30);
  private static final int MAX_REPLICAS = 3;

  private final String target;
  private final CqlSession session;
  private final CassandraSinkSettings settings;

  Schema(String target, CqlSession session, CassandraSinkSettings settings) {
    this.target = target;
    this.session = session;
    this.settings = settings;
  }

  /** Returns when everything is there as it should be; fails with what is not. */
  void ready() {
    if (settings.createSchema()) {
      create();
    }
    List<String> missing = missing();
    if (!missing.isEmpty()) {
      throw new SinkException(
          SinkException.Category.REFUSED,
          target
              + ": keyspace "
              + settings.keyspace()
              + " is not as it should be: "
              + String.join("; ", missing)
              + (settings.createSchema()
                  ? " (a table that exists is not changed: change or drop it by hand)"
                  : " (start with --create-schema, or run the statements of docs/cassandra.md)"));
    }
  }

  private void create() {
    List<String> statements = statements();
    if (statements.isEmpty()) {
      return;
    }
    // The driver reads the whole schema anew after each statement: once, at the end, is enough.
    session.setSchemaMetadataEnabled(false);
    statements.forEach(this::run);
    session
        .setSchemaMetadataEnabled(null)
        .toCompletableFuture()
        .orTimeout(DDL_LIMIT.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  private List<String> statements() {
    List<String> statements = new ArrayList<>();
    if (keyspace().isEmpty()) {
      statements.add(keyspaceStatement());
    }
    List<Table> tables = new ArrayList<>(Table.all());
    settings.mappings().forEach(mapping -> tables.add(MappedTable.table(mapping)));
    for (Table table : tables) {
      if (keyspace().flatMap(keyspace -> keyspace.getTable(table.name())).isEmpty()) {
        statements.add(table.createStatement(settings.keyspace()));
      }
    }
    return statements;
  }

  /** As many replicas as there are nodes, at most three: what one cluster alone would want. */
  private String keyspaceStatement() {
    String datacenter = "";
    int nodes = 0;
    for (var node : session.getMetadata().getNodes().values()) {
      String its = String.valueOf(node.getDatacenter());
      if (datacenter.isEmpty()
          || node.getDistance()
              == com.datastax.oss.driver.api.core.loadbalancing.NodeDistance.LOCAL) {
        datacenter = its;
      }
    }
    for (var node : session.getMetadata().getNodes().values()) {
      nodes += datacenter.equals(node.getDatacenter()) ? 1 : 0;
    }
    return "CREATE KEYSPACE IF NOT EXISTS "
        + settings.keyspace()
        + " WITH replication = {'class': 'NetworkTopologyStrategy', '"
        + datacenter
        + "': "
        + Math.clamp(nodes, 1, MAX_REPLICAS)
        + "}";
  }

  private void run(String statement) {
    session.execute(SimpleStatement.newInstance(statement).setTimeout(DDL_LIMIT));
    LOG.atInfo()
        .addKeyValue("target", target)
        .addKeyValue("statement", statement.lines().findFirst().orElse(""))
        .log("schema made");
  }

  private List<String> missing() {
    Optional<KeyspaceMetadata> keyspace = keyspace();
    if (keyspace.isEmpty()) {
      return List.of("the keyspace does not exist");
    }
    List<String> missing = new ArrayList<>();
    for (Table table : Table.all()) {
      compare(table, keyspace.get(), true, missing);
    }
    for (KeyMapping mapping : settings.mappings()) {
      compare(MappedTable.table(mapping), keyspace.get(), false, missing);
    }
    return missing;
  }

  private Optional<KeyspaceMetadata> keyspace() {
    return session.getMetadata().getKeyspace(settings.keyspace());
  }

  /**
   * @param exactly whether the primary key must have this order and split, or only these columns
   */
  private static void compare(
      Table table, KeyspaceMetadata keyspace, boolean exactly, List<String> missing) {
    Optional<TableMetadata> found = keyspace.getTable(table.name());
    if (found.isEmpty()) {
      missing.add("table " + table.name() + " is missing");
      return;
    }
    TableMetadata there = found.get();
    for (Table.Column column : table.columns()) {
      Optional<ColumnMetadata> its = there.getColumn(column.name());
      String type = its.map(known -> known.getType().asCql(true, true)).orElse("");
      if (its.isEmpty()) {
        missing.add("column " + table.name() + "." + column.name() + " is missing");
      } else if (!type.equals(column.type())) {
        missing.add(
            "column "
                + table.name()
                + "."
                + column.name()
                + " is "
                + type
                + ", expected "
                + column.type());
      } else if (its.get().isStatic() != column.shared()) {
        missing.add(
            "column "
                + table.name()
                + "."
                + column.name()
                + (column.shared() ? " must be STATIC" : " must not be STATIC"));
      }
    }
    List<String> keys = names(there.getPrimaryKey());
    boolean fits =
        exactly
            ? keys.equals(table.keys())
                && names(there.getPartitionKey()).equals(table.keys().subList(0, table.partition()))
            : keys.stream().sorted().toList().equals(table.keys().stream().sorted().toList());
    if (!fits) {
      missing.add(
          "table " + table.name() + " has the primary key " + keys + ", expected " + table.keys());
    }
  }

  private static List<String> names(List<ColumnMetadata> columns) {
    return columns.stream()
        .map(ColumnMetadata::getName)
        .map(CqlIdentifier::asInternal)
        .map(Objects::toString)
        .collect(Collectors.toList());
  }
}
