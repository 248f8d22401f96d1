package io.replicator.client.sink.cassandra;

import static io.replicator.testing.testkit.SinkData.done;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.testkit.SinkData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database of its own in one keyspace on the one Cassandra of this JVM, and a session to look at
 * it. Making a keyspace takes seconds: only tests of the schema have one of their own. Tests run
 * one after the other, so the newest rig is the one in use.
 */
final class Rig implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** Started with the first test, ended with the JVM. */
  private static final class Shared {
    private static final CassandraServer SERVER = CassandraServer.started();
    private static final CqlSession SESSION =
        new Connector(CassandraEndpoint.parse(SERVER.address()), "ONE").open();

    static {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                SESSION.close();
                SERVER.close();
              }));
    }
  }

  private final String keyspace;
  private final List<Runnable> closing = new ArrayList<>();

  /** A new database in the keyspace of all. */
  Rig() {
    this("test");
  }

  private Rig(String keyspace) {
    this.keyspace = keyspace;
    NUMBER.incrementAndGet();
  }

  /** A keyspace that does not exist yet. */
  static Rig inNewKeyspace() {
    return new Rig("test" + (NUMBER.get() + 1));
  }

  /** The database of the newest rig. */
  static int database() {
    return NUMBER.get();
  }

  /** The feed of the newest rig: its whole database. */
  static FeedId feed() {
    return new FeedId(database(), "", KeyPatterns.ALL);
  }

  static CassandraServer server() {
    return Shared.SERVER;
  }

  static CqlSession session() {
    return Shared.SESSION;
  }

  String keyspace() {
    return keyspace;
  }

  CassandraSinkSettings settings() {
    return CassandraSinkSettings.of(keyspace).withCreateSchema(true);
  }

  CassandraEndpoint endpoint() {
    return CassandraEndpoint.parse(server().address());
  }

  CassandraSink sink() {
    return sink(settings());
  }

  CassandraSink sink(CassandraSinkSettings settings) {
    CassandraSink sink = new CassandraSink(endpoint(), settings);
    closing.add(sink::close);
    return sink;
  }

  /** A sink that is open for the feed. */
  CassandraSink opened(CassandraSinkSettings settings) {
    CassandraSink sink = sink(settings);
    done(sink.open(feed()));
    return sink;
  }

  CassandraSink opened() {
    return opened(settings());
  }

  CassandraCopy copy() {
    return copy(settings());
  }

  CassandraCopy copy(CassandraSinkSettings settings) {
    CassandraCopy copy = CassandraCopy.open(endpoint(), settings);
    closing.add(copy::close);
    return copy;
  }

  /** Rows of "SELECT … FROM table WHERE db = 0 …", in this keyspace and database. */
  List<Row> rows(String query) {
    return session()
        .execute(
            query
                .replace(" FROM ", " FROM " + keyspace + ".")
                .replace("db = 0", "db = " + database()))
        .all();
  }

  void run(String statement) {
    session().execute(statement.replace("KS.", keyspace + "."));
  }

  /** In which tables a key has rows. */
  List<String> tablesOf(String key) {
    List<String> tables = new ArrayList<>();
    for (Trace trace : Trace.TABLES) {
      if (!rows("SELECT key FROM " + trace.table() + " WHERE db = 0 AND key = '" + key + "'")
          .isEmpty()) {
        tables.add(trace.table());
      }
    }
    return tables;
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
    if (!keyspace.equals("test")) {
      session().execute("DROP KEYSPACE IF EXISTS " + keyspace);
    }
  }

  static SinkData.BatchBuilder batch(Change... changes) {
    return SinkData.batchOf(feed(), changes);
  }
}
