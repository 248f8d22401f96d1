package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.testing.cassandra.CassandraServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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

  static <T> T done(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(90, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SinkException failure) {
        throw failure;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Value.StringValue string(String text) {
    return new Value.StringValue(bytes(text));
  }

  static Value.HashValue hash(String... fieldsAndValues) {
    List<Value.Field> fields = new ArrayList<>();
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      fields.add(new Value.Field(bytes(fieldsAndValues[i]), bytes(fieldsAndValues[i + 1]), 0));
    }
    return new Value.HashValue(fields);
  }

  static Value.SetValue set(String... members) {
    List<byte[]> bytes = new ArrayList<>();
    for (String member : members) {
      bytes.add(bytes(member));
    }
    return new Value.SetValue(bytes);
  }

  static Value.ListValue list(String... elements) {
    return new Value.ListValue(set(elements).members());
  }

  static Change put(String key, Value value) {
    return new Change.Put(Key.of(key), 1, value, 0);
  }

  static Change put(String key, String value) {
    return put(key, string(value));
  }

  static Change put(String key, Value value, long expiresAtMillis) {
    return new Change.Put(Key.of(key), 1, value, expiresAtMillis);
  }

  static Change remove(String key) {
    return new Change.Remove(Key.of(key), 1);
  }

  static Change part(String key, int index, boolean last, Value slice) {
    return new Change.Part(Key.of(key), 1, index, last, slice, 0);
  }

  static Cursor live(String token) {
    return new Cursor(bytes(token), null);
  }

  static BatchBuilder batch(Change... changes) {
    return new BatchBuilder(List.of(changes));
  }

  /** A batch under construction. */
  static final class BatchBuilder {
    private final List<Change> changes;
    private FeedId feed = Rig.feed();
    private Lane lane = Lane.LIVE;
    private Cursor cursor = live("cursor");
    private boolean begin;
    private boolean end;
    private Batch.@Nullable VersionChain chain;

    private BatchBuilder(List<Change> changes) {
      this.changes = new ArrayList<>(changes);
    }

    BatchBuilder feed(FeedId of) {
      feed = of;
      return this;
    }

    BatchBuilder backfill() {
      lane = Lane.BACKFILL;
      return this;
    }

    BatchBuilder cursor(Cursor of) {
      cursor = of;
      return this;
    }

    BatchBuilder begin() {
      begin = true;
      return this;
    }

    BatchBuilder end() {
      end = true;
      return this;
    }

    BatchBuilder chain(long version) {
      chain = new Batch.VersionChain(version, List.of());
      return this;
    }

    Batch build() {
      return new Batch(feed, lane, 7, 1, changes, cursor, begin, end, chain);
    }
  }
}
