package io.replicator.api;

/**
 * Names one feed of a client for good: cursors are stored under it. Two feeds are the same if
 * database, collection name and patterns are.
 *
 * @param database Redis database number at the source
 * @param collection name of the collection, "" = the whole database or ad-hoc patterns
 * @param patterns what of it is wanted
 */
public record FeedId(int database, String collection, KeyPatterns patterns) {
  public FeedId {
    if (database < 0) {
      throw new IllegalArgumentException("database " + database + " is negative");
    }
  }

  /**
   * Short text that is the same for the same feed on every run: "5", "5.quotes", "5~" and 16 hex
   * digits.
   */
  public String name() {
    String base = collection.isEmpty() ? Integer.toString(database) : database + "." + collection;
    return patterns.isAll() ? base : base + "~" + patterns.fingerprint();
  }
}
