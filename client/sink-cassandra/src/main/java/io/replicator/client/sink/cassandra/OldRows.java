package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;

/** Whether the tables held rows of a database before a snapshot begins. */
final class OldRows {
  private static final int PAGE_ROWS = 500;

  private final CqlSession session;
  private final CassandraSinkSettings settings;

  OldRows(CqlSession session, CassandraSinkSettings settings) {
    this.session = session;
    this.settings = settings;
  }

  /** Reads until the first row of the database; rows of others are passed over by the server. */
  boolean areThere(int sourceDatabase) {
    int database = settings.targetDatabase(sourceDatabase);
    for (Trace trace : Trace.TABLES) {
      if (any(
          "SELECT db FROM "
              + settings.keyspace()
              + "."
              + trace.table()
              + " WHERE db = ? LIMIT 1"
              + " ALLOW FILTERING",
          database)) {
        return true;
      }
    }
    for (KeyMapping mapping : settings.mappings()) {
      boolean meant = mapping.database() < 0 || mapping.database() == sourceDatabase;
      String column = mapping.keyColumns().getFirst();
      if (meant
          && any(
              "SELECT "
                  + column
                  + " FROM "
                  + settings.keyspace()
                  + "."
                  + mapping.table()
                  + " LIMIT 1")) {
        return true;
      }
    }
    return false;
  }

  private boolean any(String query, Object... parameters) {
    return session
        .execute(
            SimpleStatement.newInstance(query, parameters)
                .setPageSize(PAGE_ROWS)
                .setConsistencyLevel(settings.readConsistency()))
        .iterator()
        .hasNext();
  }
}
