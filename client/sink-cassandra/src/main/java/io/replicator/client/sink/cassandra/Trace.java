package io.replicator.client.sink.cassandra;

/**
 * What a key may have left at the target: a bit for each, so that a set of them is one number. The
 * bits stand in replicator_feeds: they stay what they are.
 */
enum Trace {
  STRING(1, "strings"),
  HASH(2, "hashes"),
  LIST(4, "lists"),
  SET(8, "sets"),
  SORTED_SET(16, "sorted_sets"),
  STREAM(32, "streams"),
  DEAD_LETTER(64, "dead_letters"),
  /** A row in a table of the user's own. */
  MAPPED(128, ""),
  /** A string that is not UTF-8, in the column value_bytes. */
  BYTES(256, ""),
  /** An expiry in the column expires_at of a string. */
  EXPIRY(512, "");

  /** All of them. */
  static final int ALL = 1023;

  /** Those that are rows of a typed table keyed by database and key. */
  static final Trace[] TABLES = {STRING, HASH, LIST, SET, SORTED_SET, STREAM, DEAD_LETTER};

  private final int bit;
  private final String table;

  Trace(int bit, String table) {
    this.bit = bit;
    this.table = table;
  }

  /** The table where it stands, "" = it is no table. */
  String table() {
    return table;
  }

  int bit() {
    return bit;
  }

  boolean isIn(int traces) {
    return (traces & bit) != 0;
  }
}
