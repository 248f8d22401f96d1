package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Value;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a key's rows back into the value that they stand for: what {@link TypedRows} wrote. */
final class TypedReads {
  private static final byte[] NOTHING = new byte[0];

  private final CqlSession session;
  private final Map<Trace, PreparedStatement> selects = new EnumMap<>(Trace.class);

  TypedReads(CqlSession session, String keyspace) {
    this.session = session;
    for (Trace trace : Trace.TABLES) {
      selects.put(
          trace,
          session.prepare(
              "SELECT * FROM " + keyspace + "." + trace.table() + " WHERE db = ? AND key = ?"));
    }
  }

  Optional<CassandraCopy.Held> read(Trace trace, int database, ByteBuffer key) {
    List<Row> rows = rows(trace, database, key);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    Row first = rows.getFirst();
    Instant expires = first.getInstant("expires_at");
    boolean complete =
        trace == Trace.STRING || first.isNull("complete") || first.getBoolean("complete");
    return Optional.of(
        new CassandraCopy.Held(
            value(trace, rows), expires == null ? 0 : expires.toEpochMilli(), complete));
  }

  /** The row of a key that is a dead letter; null if it is none. */
  @Nullable Row dead(int database, ByteBuffer key) {
    List<Row> rows = rows(Trace.DEAD_LETTER, database, key);
    return rows.isEmpty() ? null : rows.getFirst();
  }

  private PreparedStatement select(Trace trace) {
    return Objects.requireNonNull(selects.get(trace));
  }

  private List<Row> rows(Trace trace, int database, ByteBuffer key) {
    List<Row> rows = new ArrayList<>();
    session
        .execute(
            select(trace)
                .boundStatementBuilder()
                .setInt(0, database)
                .setBytesUnsafe(1, key)
                .build())
        .forEach(rows::add);
    return rows;
  }

  /** What rows of one key hold, all of them or some that follow each other. */
  static Value value(Trace trace, List<Row> rows) {
    return switch (trace) {
      case STRING -> new Value.StringValue(bytes(rows.getFirst()));
      case HASH -> new Value.HashValue(present(rows, "field").map(TypedReads::field).toList());
      case LIST -> new Value.ListValue(present(rows, "position").map(TypedReads::bytes).toList());
      case SET ->
          new Value.SetValue(present(rows, "member").map(row -> text(row, "member")).toList());
      case SORTED_SET ->
          new Value.SortedSetValue(
              present(rows, "member")
                  .map(row -> new Value.ScoredMember(text(row, "member"), row.getDouble("score")))
                  .toList());
      case STREAM -> stream(rows);
      case DEAD_LETTER, MAPPED, BYTES, EXPIRY ->
          throw new IllegalArgumentException(trace + " holds no value");
    };
  }

  /** Of an empty collection there is one row, which has only what rows share. */
  private static java.util.stream.Stream<Row> present(List<Row> rows, String clustering) {
    return rows.stream().filter(row -> !row.isNull(clustering));
  }

  private static Value.Field field(Row row) {
    Instant expires = row.getInstant("field_expires_at");
    return new Value.Field(
        text(row, "field"), bytes(row), expires == null ? 0 : expires.toEpochMilli());
  }

  private static Value stream(List<Row> rows) {
    List<Value.StreamEntry> entries =
        present(rows, "ms")
            .map(row ->
                new Value.StreamEntry(
                    id(row, "ms") + "-" + id(row, "seq"),
                    Objects.requireNonNull(row.getList("fields", String.class)).stream()
                        .map(KeyText::decode)
                        .toList()))
            .toList();
    Row head = rows.getFirst();
    return new Value.StreamValue(
        entries,
        String.valueOf(head.getString("last_id")),
        head.getLong("entries_added"),
        String.valueOf(head.getString("max_deleted_id")));
  }

  private static BigInteger id(Row row, String column) {
    return Objects.requireNonNull(row.getBigInteger(column));
  }

  private static byte[] text(Row row, String column) {
    return KeyText.decode(String.valueOf(row.getString(column)));
  }

  private static byte[] bytes(Row row) {
    ByteBuffer buffer = row.getBytesUnsafe("value");
    if (buffer == null) {
      buffer = row.getBytesUnsafe("value_bytes");
    }
    if (buffer == null) {
      return NOTHING;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
