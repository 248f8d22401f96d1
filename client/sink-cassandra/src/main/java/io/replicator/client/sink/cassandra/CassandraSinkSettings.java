package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a {@link CassandraSink} writes.
 *
 * @param keyspace where the tables are, lower case letters, digits and _
 * @param createSchema whether a missing keyspace and missing tables are made
 * @param consistency how many replicas must have a write before it counts: "LOCAL_QUORUM"
 * @param databases source database → number in the column {@code db}; others keep theirs
 * @param mappings tables of the user's own, tried in order
 * @param inFlight most statements under way at once, 1 to 4096
 * @param timeout how long a write is tried again before the target counts as unavailable
 * @param maxValueBytes the largest string or element; a larger one is kept aside as a dead letter
 * @param atomicBytes a value up to so many bytes is replaced in one step, 1 KiB to 8 MiB
 * @param knownKeys keys whose traces are remembered (20 bytes each), 0 to 100,000,000
 */
public record CassandraSinkSettings(
    String keyspace,
    boolean createSchema,
    String consistency,
    Map<Integer, Integer> databases,
    List<KeyMapping> mappings,
    int inFlight,
    Duration timeout,
    int maxValueBytes,
    int atomicBytes,
    int knownKeys) {
  public static final List<String> CONSISTENCIES =
      List.of(
          "ANY",
          "ONE",
          "TWO",
          "THREE",
          "QUORUM",
          "ALL",
          "LOCAL_QUORUM",
          "EACH_QUORUM",
          "LOCAL_ONE");

  static final int MOST_IN_FLIGHT = 4096;

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");

  public CassandraSinkSettings {
    databases = Map.copyOf(databases);
    mappings = List.copyOf(mappings);
    if (!NAME.matcher(keyspace).matches()) {
      throw new IllegalArgumentException(
          "keyspace '"
              + keyspace
              + "': expected up to 48 lower case letters, digits and _, a letter first");
    }
    if (!CONSISTENCIES.contains(consistency)) {
      throw new IllegalArgumentException(
          "consistency '" + consistency + "': expected one of " + CONSISTENCIES);
    }
    requireDistinct(databases);
    requireRange("inFlight", inFlight, 1, MOST_IN_FLIGHT);
    requireRange("timeout ms", timeout.toMillis(), 100, 3600_000);
    requireRange("maxValueBytes", maxValueBytes, 1024, 128L << 20);
    requireRange("atomicBytes", atomicBytes, 1024, 8L << 20);
    requireRange("knownKeys", knownKeys, 0, 100_000_000);
  }

  /** Everything as usual in this keyspace. */
  public static CassandraSinkSettings of(String keyspace) {
    return new CassandraSinkSettings(
        keyspace,
        false,
        "LOCAL_QUORUM",
        Map.of(),
        List.of(),
        1024,
        Duration.ofSeconds(10),
        8 << 20,
        1 << 20,
        2_000_000);
  }

  /**
   * Whether its tables tell what values of this source database were: not those of the user's own.
   */
  boolean tellsOf(int sourceDatabase) {
    return mappings.stream()
        .noneMatch(mapping -> mapping.database() < 0 || mapping.database() == sourceDatabase);
  }

  /** Where a source database goes. */
  public int targetDatabase(int sourceDatabase) {
    return databases.getOrDefault(sourceDatabase, sourceDatabase);
  }

  public CassandraSinkSettings withCreateSchema(boolean wanted) {
    return new CassandraSinkSettings(
        keyspace,
        wanted,
        consistency,
        databases,
        mappings,
        inFlight,
        timeout,
        maxValueBytes,
        atomicBytes,
        knownKeys);
  }

  public CassandraSinkSettings withConsistency(String level) {
    return new CassandraSinkSettings(
        keyspace,
        createSchema,
        level,
        databases,
        mappings,
        inFlight,
        timeout,
        maxValueBytes,
        atomicBytes,
        knownKeys);
  }

  public CassandraSinkSettings withDatabases(Map<Integer, Integer> mapping) {
    return new CassandraSinkSettings(
        keyspace,
        createSchema,
        consistency,
        mapping,
        mappings,
        inFlight,
        timeout,
        maxValueBytes,
        atomicBytes,
        knownKeys);
  }

  public CassandraSinkSettings withMappings(List<KeyMapping> updated) {
    return new CassandraSinkSettings(
        keyspace,
        createSchema,
        consistency,
        databases,
        updated,
        inFlight,
        timeout,
        maxValueBytes,
        atomicBytes,
        knownKeys);
  }

  public CassandraSinkSettings withInFlight(int statements) {
    return new CassandraSinkSettings(
        keyspace,
        createSchema,
        consistency,
        databases,
        mappings,
        statements,
        timeout,
        maxValueBytes,
        atomicBytes,
        knownKeys);
  }

  public CassandraSinkSettings withTimeout(Duration limit) {
    return new CassandraSinkSettings(
        keyspace,
        createSchema,
        consistency,
        databases,
        mappings,
        inFlight,
        limit,
        maxValueBytes,
        atomicBytes,
        knownKeys);
  }

  /** Sizes in bytes: see the parameters of the same names. */
  public CassandraSinkSettings withSizes(int maxValue, int atomic) {
    return new CassandraSinkSettings(
        keyspace,
        createSchema,
        consistency,
        databases,
        mappings,
        inFlight,
        timeout,
        maxValue,
        atomic,
        knownKeys);
  }

  /** With which consistency is read: ANY and EACH_QUORUM are for writing only. */
  DefaultConsistencyLevel readConsistency() {
    return switch (consistency) {
      case "ANY" -> DefaultConsistencyLevel.ONE;
      case "EACH_QUORUM" -> DefaultConsistencyLevel.QUORUM;
      default -> DefaultConsistencyLevel.valueOf(consistency);
    };
  }

  private static void requireDistinct(Map<Integer, Integer> databases) {
    Map<Integer, Integer> sources = new HashMap<>();
    databases.forEach((source, target) -> {
      Integer other = sources.put(target, source);
      if (other != null) {
        throw new IllegalArgumentException(
            "databases "
                + other
                + " and "
                + source
                + " both go to database "
                + target
                + ": each needs one of its own");
      }
    });
  }

  private static void requireRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " " + value + ": " + least + " to " + most + " expected");
    }
  }
}
