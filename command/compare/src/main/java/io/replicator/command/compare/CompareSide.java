package io.replicator.command.compare;

import io.lettuce.core.api.StatefulRedisConnection;

/**
 * One side of a comparison.
 *
 * @param name for errors: "source 127.0.0.1:6379"
 * @param connection used by the comparison alone while it runs; it selects the database on it
 * @param database number of the database
 */
public record CompareSide(
    String name, StatefulRedisConnection<byte[], byte[]> connection, int database) {
  public CompareSide {
    if (database < 0) {
      throw new IllegalArgumentException("database " + database + " is negative");
    }
  }
}
