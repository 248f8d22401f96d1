package io.replicator.client.sink.cassandra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A table of the user's own for keys of one pattern: parts of the key are its primary key, fields
 * of the hash or members of the JSON object its other columns.
 *
 * @param database source database, -1 = every one
 * @param key pattern with named parts, "quote:{symbol}"
 * @param table in the sink's keyspace
 * @param columns column → CQL type, in the order in which a table is created
 * @param from column → field or member of another name
 */
public record KeyMapping(
    int database, String key, String table, Map<String, String> columns, Map<String, String> from) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");

  public KeyMapping {
    columns = unmodifiable(columns);
    from = unmodifiable(from);
    KeyTemplate template = KeyTemplate.parse(key);
    requireName("table", table);
    if (Table.all().stream().anyMatch(own -> own.name().equals(table))) {
      throw wrong(key, "table " + table + " is Replicator's own: expected another name");
    }
    columns.keySet().forEach(column -> requireName("column", column));
    for (String part : template.names()) {
      if (!columns.containsKey(part)) {
        throw wrong(key, "{" + part + "} is no column: expected it in columns with its type");
      }
      if (from.containsKey(part)) {
        throw wrong(key, "column " + part + " comes from the key: it cannot come from a field too");
      }
    }
    for (Map.Entry<String, String> column : columns.entrySet()) {
      if (ColumnType.named(column.getValue()).isEmpty()) {
        throw wrong(
            key,
            "column "
                + column.getKey()
                + " of type '"
                + column.getValue()
                + "': expected one of "
                + ColumnType.names());
      }
    }
    for (String column : from.keySet()) {
      if (!columns.containsKey(column)) {
        throw wrong(key, "from names the column " + column + ", which is not in columns");
      }
    }
  }

  /** The parts of the key, in order: the primary key. */
  List<String> keyColumns() {
    return KeyTemplate.parse(key).names();
  }

  /** The other columns. */
  List<String> valueColumns() {
    List<String> others = new ArrayList<>(columns.keySet());
    others.removeAll(keyColumns());
    return others;
  }

  private static Map<String, String> unmodifiable(Map<String, String> map) {
    return java.util.Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  private static void requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + " '" + name + "': expected up to 48 lower case letters, digits and _");
    }
  }

  private static IllegalArgumentException wrong(String key, String text) {
    return new IllegalArgumentException("mapping of " + key + ": " + text);
  }
}
