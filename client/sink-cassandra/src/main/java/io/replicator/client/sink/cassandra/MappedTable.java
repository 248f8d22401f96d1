package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table of the user's own: keys of one pattern are its rows. */
final class MappedTable {
  private final KeyMapping mapping;
  private final KeyTemplate template;
  private final List<String> keyColumns;
  private final List<String> valueColumns;
  private final PreparedStatement insert;
  private final PreparedStatement delete;
  private final PreparedStatement select;
  private final String scan;

  MappedTable(KeyMapping mapping, CqlSession session, String keyspace) {
    this.mapping = mapping;
    this.template = KeyTemplate.parse(mapping.key());
    this.keyColumns = mapping.keyColumns();
    this.valueColumns = mapping.valueColumns();
    String table = keyspace + "." + mapping.table();
    List<String> all = new ArrayList<>(keyColumns);
    all.addAll(valueColumns);
    String where =
        keyColumns.stream().map(name -> name + " = ?").collect(Collectors.joining(" AND "));
    this.insert =
        session.prepare(
            "INSERT INTO "
                + table
                + " ("
                + String.join(", ", all)
                + ") VALUES (?"
                + ", ?".repeat(all.size() - 1)
                + ") USING TIMESTAMP ? AND TTL ?");
    this.delete = session.prepare("DELETE FROM " + table + " USING TIMESTAMP ? WHERE " + where);
    String times =
        valueColumns.stream()
            .map(name -> ", writetime(" + name + ")")
            .collect(Collectors.joining());
    this.select =
        session.prepare("SELECT " + String.join(", ", all) + " FROM " + table + " WHERE " + where);
    this.scan = "SELECT " + String.join(", ", keyColumns) + times + " FROM " + table;
  }

  /** The table as the mapping describes it. */
  static Table table(KeyMapping mapping) {
    List<Table.Column> columns = new ArrayList<>();
    mapping.columns().forEach((name, type) -> columns.add(new Table.Column(name, type, false)));
    return new Table(mapping.table(), columns, mapping.keyColumns(), 1);
  }

  KeyMapping mapping() {
    return mapping;
  }

  /** Whether keys of this pattern in this source database go here. */
  boolean takes(int sourceDatabase, byte[] key) {
    return (mapping.database() < 0 || mapping.database() == sourceDatabase)
        && template.mayMatch(key)
        && template.match(key).isPresent();
  }

  /** The columns of the primary key, in the order of the pattern. */
  List<ByteBuffer> key(byte[] key) {
    List<String> parts =
        template.match(key).orElseThrow(() -> new IllegalStateException("not of this pattern"));
    if (!KeyText.isUtf8(key)) {
      throw new Misfit("the key is no UTF-8: table " + mapping.table() + " takes text");
    }
    List<ByteBuffer> columns = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      String name = keyColumns.get(i);
      byte[] part = parts.get(i).getBytes(StandardCharsets.UTF_8);
      if (part.length > TypedRows.MAX_KEY_BYTES) {
        throw new Misfit("the key's part " + name + " takes " + part.length + " bytes");
      }
      ByteBuffer column = converted(name, part);
      // 007 and 7 would be one row.
      if (!type(name).decode(column).equals(parts.get(i))) {
        throw new Misfit(
            "the key's part "
                + name
                + " is '"
                + parts.get(i)
                + "', which as "
                + type(name).cql()
                + " reads "
                + type(name).decode(column)
                + ": two keys would share a row");
      }
      columns.add(column);
    }
    return columns;
  }

  /** The other columns, null where the value has no such member. */
  List<@Nullable ByteBuffer> columns(Map<String, byte[]> members) {
    List<@Nullable ByteBuffer> columns = new ArrayList<>(valueColumns.size());
    for (String name : valueColumns) {
      byte[] member = members.get(mapping.from().getOrDefault(name, name));
      columns.add(member == null ? null : converted(name, member));
    }
    return columns;
  }

  private ByteBuffer converted(String column, byte[] member) {
    ColumnType type = type(column);
    ByteBuffer bytes;
    try {
      bytes = type.encode(member);
    } catch (IllegalArgumentException e) {
      bytes = null;
    }
    if (bytes == null) {
      throw new Misfit(
          "column "
              + mapping.table()
              + "."
              + column
              + ": '"
              + shortened(member)
              + "' is not "
              + type.expected()
              + " ("
              + type.cql()
              + ")");
    }
    return bytes;
  }

  private ColumnType type(String column) {
    return ColumnType.named(String.valueOf(mapping.columns().get(column)))
        .orElseThrow(() -> new IllegalStateException("no column " + column));
  }

  BoundStatement insert(
      List<ByteBuffer> key, List<@Nullable ByteBuffer> columns, long micros, int ttl) {
    BoundStatementBuilder row = insert.boundStatementBuilder();
    int at = 0;
    for (ByteBuffer part : key) {
      row = row.setBytesUnsafe(at++, part);
    }
    for (ByteBuffer column : columns) {
      if (column == null) {
        row = row.setToNull(at++);
      } else {
        row = row.setBytesUnsafe(at++, column);
      }
    }
    return row.setLong(at, micros).setInt(at + 1, ttl).build();
  }

  BoundStatement delete(List<ByteBuffer> key, long micros) {
    BoundStatementBuilder statement = delete.boundStatementBuilder().setLong(0, micros);
    for (int i = 0; i < key.size(); i++) {
      statement.setBytesUnsafe(i + 1, key.get(i));
    }
    return statement.build();
  }

  BoundStatement select(List<ByteBuffer> key) {
    BoundStatementBuilder statement = select.boundStatementBuilder();
    for (int i = 0; i < key.size(); i++) {
      statement.setBytesUnsafe(i, key.get(i));
    }
    return statement.build();
  }

  /** Where a row of {@link #select} differs from these columns: the column's name. */
  Optional<String> difference(Row row, List<@Nullable ByteBuffer> columns) {
    for (int i = 0; i < columns.size(); i++) {
      if (!java.util.Objects.equals(row.getBytesUnsafe(keyColumns.size() + i), columns.get(i))) {
        return Optional.of(valueColumns.get(i));
      }
    }
    return Optional.empty();
  }

  /** The statement that reads every row's key and write timestamps. */
  String scan() {
    return scan;
  }

  /** The Redis key of a row of {@link #scan}. */
  byte[] keyOf(Row row) {
    Map<String, String> parts = new HashMap<>();
    for (int i = 0; i < keyColumns.size(); i++) {
      ByteBuffer bytes = row.getBytesUnsafe(i);
      String name = keyColumns.get(i);
      parts.put(name, bytes == null ? "" : type(name).decode(bytes));
    }
    return template.render(parts);
  }

  /** The newest write timestamp of a row of {@link #scan}, 0 if no column but the key is set. */
  long writtenMicros(Row row) {
    long newest = 0;
    for (int i = 0; i < valueColumns.size(); i++) {
      newest = Math.max(newest, row.getLong(keyColumns.size() + i));
    }
    return newest;
  }

  static Map<String, byte[]> members(io.replicator.api.Value value) {
    return switch (value) {
      case io.replicator.api.Value.HashValue hash -> {
        Map<String, byte[]> members = new LinkedHashMap<>();
        hash.fields().forEach(field -> members.put(KeyText.text(field.name()), field.value()));
        yield members;
      }
      case io.replicator.api.Value.StringValue string -> JsonMembers.of(string.bytes());
      case io.replicator.api.Value.ListValue other -> throw noMembers(other);
      case io.replicator.api.Value.SetValue other -> throw noMembers(other);
      case io.replicator.api.Value.SortedSetValue other -> throw noMembers(other);
      case io.replicator.api.Value.StreamValue other -> throw noMembers(other);
      case io.replicator.api.Value.OpaqueValue other -> throw noMembers(other);
    };
  }

  private static Misfit noMembers(io.replicator.api.Value value) {
    return new Misfit(
        "a " + value.typeName() + ": expected a hash, or a string that is a JSON object");
  }

  private static String shortened(byte[] bytes) {
    String text = KeyText.text(bytes);
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
