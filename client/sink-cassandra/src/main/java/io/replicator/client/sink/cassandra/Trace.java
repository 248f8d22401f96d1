package io.replicator.client.sink.cassandra;

/** What a key may have left at the target: a bit for each, so that a set of them is one number. */
enum Trace {
  STRING("strings"),
  HASH("hashes"),
  LIST("lists"),
  SET("sets"),
  SORTED_SET("sorted_sets"),
  STREAM("streams"),
  DEAD_LETTER("dead_letters"),
  /** A row in a table of the user's own. */
  MAPPED(""),
  /** A string that is not UTF-8, in the column value_bytes. */
  BYTES(""),
  /** An expiry in the column expires_at of a string. */
  EXPIRY("");

  /** All of them. */
  static final int ALL = (1 << values().length) - 1;

  /** Those that are rows of a typed table keyed by database and key. */
  static final Trace[] TABLES = {STRING, HASH, LIST, SET, SORTED_SET, STREAM, DEAD_LETTER};

  private final String table;

  Trace(String table) {
    this.table = table;
  }

  /** The table where it stands, "" = it is no table. */
  String table() {
    return table;
  }

  int bit() {
    return 1 << ordinal();
  }

  boolean isIn(int traces) {
    return (traces & bit()) != 0;
  }
}
