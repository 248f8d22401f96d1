package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The prepared statements of the typed tables. */
final class Statements {
  private final Map<Trace, PreparedStatement> deletes = new EnumMap<>(Trace.class);
  private final Map<Trace, PreparedStatement> rows = new EnumMap<>(Trace.class);
  private final Map<Trace, PreparedStatement> heads = new EnumMap<>(Trace.class);
  private final PreparedStatement version;
  private final PreparedStatement feed;
  private final PreparedStatement feedRead;
  private final ConsistencyLevel readConsistency;
  private final ConsistencyLevel writeConsistency;
  private final Map<String, MappedTable> mapped = new HashMap<>();

  Statements(CqlSession session, CassandraSinkSettings settings) {
    String keyspace = settings.keyspace();
    readConsistency = settings.readConsistency();
    writeConsistency = DefaultConsistencyLevel.valueOf(settings.consistency());
    for (Trace trace : Trace.TABLES) {
      deletes.put(
          trace,
          session.prepare(
              write(
                  "DELETE FROM "
                      + keyspace
                      + "."
                      + trace.table()
                      + " USING TIMESTAMP ? WHERE db = ? AND key = ?")));
    }
    for (Table table : Table.all()) {
      prepare(session, keyspace, table);
    }
    version =
        session.prepare(
            "INSERT INTO "
                + keyspace
                + "."
                + Table.VERSIONS
                + " (db, version, at) VALUES (?, ?, ?) USING TIMESTAMP ?");
    feed =
        session.prepare(
            "INSERT INTO "
                + keyspace
                + "."
                + Table.FEEDS
                + " (feed, description, state, live, backfill, traces, begun, chain, clock, at)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
    feedRead =
        session.prepare(
            "SELECT description, state, live, backfill, traces, begun, chain, clock FROM "
                + keyspace
                + "."
                + Table.FEEDS
                + " WHERE feed = ?");
    for (KeyMapping mapping : settings.mappings()) {
      mapped.put(mapping.key(), new MappedTable(mapping, session, keyspace));
    }
  }

  /** Says with the statement what the driver would look up in its configuration for each row. */
  private SimpleStatement write(String query) {
    return SimpleStatement.builder(query)
        .setConsistencyLevel(writeConsistency)
        .setSerialConsistencyLevel(DefaultConsistencyLevel.SERIAL)
        .setIdempotence(true)
        .setTimeout(Connector.REQUEST_LIMIT)
        .setPageSize(1)
        .build();
  }

  private void prepare(CqlSession session, String keyspace, Table table) {
    for (Trace trace : Trace.TABLES) {
      if (!trace.table().equals(table.name())) {
        continue;
      }
      List<String> shared =
          table.columns().stream().filter(Table.Column::shared).map(Table.Column::name).toList();
      List<String> own =
          table.columns().stream()
              .filter(column -> !column.shared() && !isKey(column))
              .map(Table.Column::name)
              .toList();
      rows.put(trace, session.prepare(write(insert(keyspace, table.name(), own))));
      if (!shared.isEmpty()) {
        heads.put(trace, session.prepare(write(insert(keyspace, table.name(), shared))));
      }
    }
  }

  private static boolean isKey(Table.Column column) {
    return column.name().equals("db") || column.name().equals("key");
  }

  /** Parameters are db, key, the columns in the order of the table, the timestamp, the TTL. */
  private static String insert(String keyspace, String table, List<String> columns) {
    return "INSERT INTO "
        + keyspace
        + "."
        + table
        + " (db, key, "
        + String.join(", ", columns)
        + ") VALUES (?, ?"
        + ", ?".repeat(columns.size())
        + ") USING TIMESTAMP ? AND TTL ?";
  }

  /** A row of a typed table. */
  BoundStatementBuilder row(Trace trace, int database, ByteBuffer key) {
    return begun(rows, trace, database, key);
  }

  /** What the rows of a collection share. */
  BoundStatementBuilder head(Trace trace, int database, ByteBuffer key) {
    return begun(heads, trace, database, key);
  }

  private static BoundStatementBuilder begun(
      Map<Trace, PreparedStatement> statements, Trace trace, int database, ByteBuffer key) {
    return Objects.requireNonNull(statements.get(trace))
        .boundStatementBuilder()
        .setBytesUnsafe(0, Cells.number(database))
        .setBytesUnsafe(1, key);
  }

  BoundStatement delete(Trace trace, int database, ByteBuffer key, long micros) {
    return Objects.requireNonNull(deletes.get(trace))
        .boundStatementBuilder()
        .setBytesUnsafe(0, Cells.number(micros))
        .setBytesUnsafe(1, Cells.number(database))
        .setBytesUnsafe(2, key)
        .build();
  }

  PreparedStatement version() {
    return version;
  }

  PreparedStatement feed() {
    return feed;
  }

  BoundStatement feedRead(String feedName) {
    return feedRead.bind(feedName).setConsistencyLevel(readConsistency);
  }

  MappedTable mapped(KeyMapping mapping) {
    return Objects.requireNonNull(mapped.get(mapping.key()));
  }
}
