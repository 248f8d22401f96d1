package io.replicator.client.sink.cassandra;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One table of the schema: what {@code CREATE TABLE} says and what a check at start expects.
 *
 * @param partition how many of {@code keys} are the partition key
 * @param keys the primary key, in order
 */
record Table(String name, List<Column> columns, List<String> keys, int partition) {

  /**
   * @param shared one value for the whole partition ({@code STATIC})
   */
  record Column(String name, String type, boolean shared) {}

  static final String FEEDS = "replicator_feeds";
  static final String VERSIONS = "versions";

  private static final List<Table> TYPED =
      List.of(
          of("strings")
              .column("value", "text")
              .column("value_bytes", "blob")
              .column("version", "bigint")
              .column("value_hash", "bigint")
              .column("expires_at", "timestamp")
              .build(),
          collection("hashes")
              .key("field", "text")
              .column("value", "text")
              .column("value_bytes", "blob")
              .column("field_expires_at", "timestamp")
              .build(),
          collection("lists")
              .key("position", "int")
              .column("value", "text")
              .column("value_bytes", "blob")
              .build(),
          collection("sets").key("member", "text").build(),
          collection("sorted_sets").key("score", "double").key("member", "text").build(),
          collection("streams")
              .shared("last_id", "text")
              .shared("entries_added", "bigint")
              .shared("max_deleted_id", "text")
              .key("ms", "varint")
              .key("seq", "varint")
              .column("fields", "frozen<list<text>>")
              .build(),
          of("dead_letters")
              .column("reason", "text")
              .column("type", "text")
              .column("value", "text")
              .column("value_bytes", "blob")
              .column("version", "bigint")
              .column("value_hash", "bigint")
              .column("at", "timestamp")
              .build());

  private static final List<Table> OWN =
      List.of(
          new Builder(VERSIONS)
              .key("db", "int")
              .column("version", "bigint")
              .column("at", "timestamp")
              .build(1),
          new Builder(FEEDS)
              .key("feed", "text")
              .column("description", "text")
              .column("state", "text")
              .column("live", "blob")
              .column("backfill", "blob")
              .column("traces", "int")
              .column("begun", "bigint")
              .column("chain", "bigint")
              .column("clock", "bigint")
              .column("at", "timestamp")
              .build(1));

  /** All tables of Replicator, in the order of docs/cassandra.md. */
  static List<Table> all() {
    List<Table> all = new ArrayList<>(TYPED);
    all.addAll(OWN);
    return all;
  }

  /** The statement that makes it. */
  String createStatement(String keyspace) {
    String lines =
        columns.stream()
            .map(column ->
                "  " + column.name + " " + column.type + (column.shared ? " STATIC" : "") + ",\n")
            .collect(Collectors.joining());
    String partitionKey = String.join(", ", keys.subList(0, partition));
    List<String> primary = new ArrayList<>();
    primary.add(partition == 1 ? partitionKey : "(" + partitionKey + ")");
    primary.addAll(keys.subList(partition, keys.size()));
    return "CREATE TABLE IF NOT EXISTS "
        + keyspace
        + "."
        + name
        + " (\n"
        + lines
        + "  PRIMARY KEY ("
        + String.join(", ", primary)
        + ")\n)";
  }

  private static Builder of(String name) {
    return new Builder(name).key("db", "int").key("key", "text");
  }

  private static Builder collection(String name) {
    return of(name)
        .shared("size", "int")
        .shared("complete", "boolean")
        .shared("version", "bigint")
        .shared("value_hash", "bigint")
        .shared("expires_at", "timestamp");
  }

  private static final class Builder {
    private final String name;
    private final List<Column> columns = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    Builder key(String column, String type) {
      keys.add(column);
      return column(column, type);
    }

    Builder column(String column, String type) {
      columns.add(new Column(column, type, false));
      return this;
    }

    Builder shared(String column, String type) {
      columns.add(new Column(column, type, true));
      return this;
    }

    /** Keyed by database and key. */
    Table build() {
      return build(2);
    }

    Table build(int partition) {
      return new Table(name, List.copyOf(columns), List.copyOf(keys), partition);
    }
  }
}
