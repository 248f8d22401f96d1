package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Statements of one partition that go together: alone, or as an unlogged batch. */
final class Work {
  private final List<BatchableStatement<?>> statements = new ArrayList<>(2);
  private int bytes;

  /**
   * @param size about what it takes, in bytes
   */
  void add(BatchableStatement<?> statement, int size) {
    statements.add(statement);
    bytes += size;
  }

  int bytes() {
    return bytes;
  }

  int size() {
    return statements.size();
  }

  boolean isEmpty() {
    return statements.isEmpty();
  }

  Statement<?> statement() {
    return statements.size() == 1
        ? statements.getFirst()
        : BatchStatement.newInstance(DefaultBatchType.UNLOGGED, statements);
  }
}
