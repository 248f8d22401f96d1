package io.replicator.hub.server;

import io.replicator.hub.delivery.DatabaseSettings;

/**
 * A database of the source that the hub serves.
 *
 * @param number its number at the source
 * @param versioned whether the application keeps a version chain in it
 * @param settings its level and its collections
 */
public record ServedDatabase(int number, boolean versioned, DatabaseSettings settings) {
  public ServedDatabase {
    if (number < 0) {
      throw new IllegalArgumentException("database " + number + ": 0 or more expected");
    }
  }
}
