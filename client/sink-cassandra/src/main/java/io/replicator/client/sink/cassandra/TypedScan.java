package io.replicator.client.sink.cassandra;

/** Statements that go through all keys of a typed table, page after page in token order. */
final class TypedScan {
  private TypedScan() {}

  /** Database, key and write timestamp of each key. */
  static String written(String keyspace, Trace trace) {
    return "SELECT "
        + (isCollection(trace) ? "DISTINCT " : "")
        + "db, key, writetime(version) FROM "
        + keyspace
        + "."
        + trace.table();
  }

  /** Whether a key has several rows there. */
  static boolean isCollection(Trace trace) {
    return switch (trace) {
      case STRING, DEAD_LETTER -> false;
      case HASH, LIST, SET, SORTED_SET, STREAM -> true;
      case MAPPED, BYTES, EXPIRY -> throw new IllegalArgumentException(trace + " is no table");
    };
  }
}
