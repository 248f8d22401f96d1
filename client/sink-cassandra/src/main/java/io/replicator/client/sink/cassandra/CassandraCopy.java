package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A keyspace that a {@link CassandraSink} keeps, to look at: what it holds of a key, and which keys
 * it holds. Blocks; may be used by several threads. It writes nothing and makes no tables.
 */
public final class CassandraCopy implements AutoCloseable {
  private static final int PAGE_ROWS = 500;

  private final String name;
  private final CassandraSinkSettings settings;
  private final CqlSession session;
  private final TypedReads reads;
  private final Statements statements;

  private CassandraCopy(String name, CassandraSinkSettings settings, CqlSession session) {
    this.name = name;
    this.settings = settings;
    this.session = session;
    this.reads = new TypedReads(session, settings.keyspace());
    this.statements = new Statements(session, settings);
  }

  /** Connects and checks that the tables are there. */
  public static CassandraCopy open(CassandraEndpoint endpoint, CassandraSinkSettings settings) {
    Connector connector = new Connector(endpoint, settings.readConsistency().name());
    String name = connector.name();
    try {
      CqlSession session = connector.open();
      try {
        new Schema(name, session, settings.withCreateSchema(false)).ready();
        return new CassandraCopy(name, settings, session);
      } catch (RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (RuntimeException e) {
      throw Failures.of(name, e);
    }
  }

  public String name() {
    return name;
  }

  /**
   * What is held of a key.
   *
   * @param complete false while a large value is being written
   */
  public record Held(Value value, long expiresAtMillis, boolean complete) {}

  /** How the copy of a key differs. */
  public sealed interface Finding {
    record Missing() implements Finding {}

    record Expiry(long expiresAtMillis) implements Finding {}

    record Other(String detail) implements Finding {}

    /** It is kept aside as a dead letter. */
    record Dead(String reason) implements Finding {}
  }

  /** Tells what the typed tables hold of a feed, see {@link Holdings#read}. */
  void tell(FeedId feed, Predicate<byte[]> covers, int keysPerSecond, Holdings.Pages pages) {
    new HoldingsReader(
            session,
            settings,
            settings.targetDatabase(feed.database()),
            key -> feed.patterns().matches(key) && covers.test(key),
            keysPerSecond,
            pages)
        .run();
  }

  /** What the typed tables hold of this type, empty if nothing. */
  public Optional<Held> read(int sourceDatabase, Key key, String typeName) {
    int database = settings.targetDatabase(sourceDatabase);
    return told(() -> reads.read(trace(typeName), database, KeyText.encoded(key.bytes())));
  }

  /**
   * How the copy differs from this value, wherever it belongs; empty if it does not.
   *
   * @param toleranceMillis by how much expiries may differ
   */
  public Optional<Finding> difference(
      int sourceDatabase, Key key, Value value, long expiresAtMillis, long toleranceMillis) {
    return told(() -> differenceNow(sourceDatabase, key, value, expiresAtMillis, toleranceMillis));
  }

  private Optional<Finding> differenceNow(
      int sourceDatabase, Key key, Value value, long expiresAtMillis, long toleranceMillis) {
    Optional<Finding> found =
        mapped(sourceDatabase, key)
            .map(table -> mappedDifference(table, key, value))
            .orElseGet(() ->
                typedDifference(sourceDatabase, key, value, expiresAtMillis, toleranceMillis));
    if (found.isEmpty()) {
      return found;
    }
    Row dead = reads.dead(settings.targetDatabase(sourceDatabase), KeyText.encoded(key.bytes()));
    return dead == null
        ? found
        : Optional.of(new Finding.Dead(String.valueOf(dead.getString("reason"))));
  }

  /**
   * Tells every key of a database at the target, with the type of its table; those in tables of the
   * user's own with type "mapped", dead letters with the type that did not fit.
   */
  public void scan(int sourceDatabase, BiConsumer<Key, String> found) {
    var _ =
        told(() -> {
          scanNow(sourceDatabase, found);
          return "";
        });
  }

  private void scanNow(int sourceDatabase, BiConsumer<Key, String> found) {
    int database = settings.targetDatabase(sourceDatabase);
    for (Trace trace : Trace.TABLES) {
      if (trace == Trace.DEAD_LETTER) {
        continue;
      }
      for (Row row : rows(TypedScan.written(settings.keyspace(), trace))) {
        if (row.getInt(0) == database) {
          found.accept(Key.of(KeyText.decode(String.valueOf(row.getString(1)))), typeName(trace));
        }
      }
    }
    for (KeyMapping mapping : settings.mappings()) {
      if (mapping.database() < 0 || mapping.database() == sourceDatabase) {
        MappedTable table = statements.mapped(mapping);
        rows(table.scan()).forEach(row -> found.accept(Key.of(table.keyOf(row)), "mapped"));
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }

  /** What the driver throws is told as what it means. */
  private <T> T told(Supplier<T> read) {
    try {
      return read.get();
    } catch (DriverException e) {
      throw Failures.of(name, e);
    }
  }

  private Iterable<Row> rows(String query) {
    return session.execute(SimpleStatement.newInstance(query).setPageSize(PAGE_ROWS));
  }

  private Optional<MappedTable> mapped(int sourceDatabase, Key key) {
    return settings.mappings().stream()
        .map(statements::mapped)
        .filter(table -> table.takes(sourceDatabase, key.bytes()))
        .findFirst();
  }

  private Optional<Finding> mappedDifference(MappedTable table, Key key, Value value) {
    try {
      List<@Nullable ByteBuffer> columns = table.columns(MappedTable.members(value));
      Row row = session.execute(table.select(table.key(key.bytes()))).one();
      return row == null
          ? Optional.of(new Finding.Missing())
          : table.difference(row, columns).map(name -> new Finding.Other("column " + name));
    } catch (Misfit misfit) {
      return Optional.of(new Finding.Other(misfit.reason()));
    }
  }

  private Optional<Finding> typedDifference(
      int sourceDatabase, Key key, Value value, long expiresAtMillis, long toleranceMillis) {
    if (value instanceof Value.OpaqueValue opaque) {
      return Optional.of(new Finding.Other("type " + opaque.moduleType() + " has no table"));
    }
    Held held = read(sourceDatabase, key, value.typeName()).orElse(null);
    if (held == null) {
      return Optional.of(new Finding.Missing());
    }
    if (!held.complete()) {
      return Optional.of(new Finding.Other("it is being written: complete = false"));
    }
    if (ValueHash.of(held.value(), 0) != ValueHash.of(value, 0)) {
      return Optional.of(new Finding.Other(value.typeName() + " differs"));
    }
    boolean near =
        (held.expiresAtMillis() == 0) == (expiresAtMillis == 0)
            && Math.abs(held.expiresAtMillis() - expiresAtMillis) <= toleranceMillis;
    return near ? Optional.empty() : Optional.of(new Finding.Expiry(held.expiresAtMillis()));
  }

  private static Trace trace(String typeName) {
    for (Trace trace : Trace.TABLES) {
      if (trace != Trace.DEAD_LETTER && typeName(trace).equals(typeName)) {
        return trace;
      }
    }
    throw new IllegalArgumentException("type '" + typeName + "' has no table");
  }

  private static String typeName(Trace trace) {
    return switch (trace) {
      case STRING -> "string";
      case HASH -> "hash";
      case LIST -> "list";
      case SET -> "set";
      case SORTED_SET -> "zset";
      case STREAM -> "stream";
      case DEAD_LETTER, MAPPED, BYTES, EXPIRY -> trace.name();
    };
  }
}
