package io.replicator.client.sink.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How a {@link RedisSink} writes.
 *
 * @param databases source database → target database; those not named keep their number. Two source
 *     databases cannot share a target database: their keys could not be told apart
 * @param prefix put before every key at the target, "" = nothing; up to 256 characters
 * @param flush whether a snapshot empties the target first instead of removing leftovers at its end
 * @param localVersions whether the target gets a version chain of its own instead of the source's
 * @param localVersionExpiry how long the lists of that chain are kept, 1 s to 3650 days
 * @param leftoverMemoryKeys how many applied keys are remembered (8 to 16 bytes each) while a
 *     snapshot loads over old data; beyond that the hub is asked; 0 to 1,000,000,000
 * @param scanCount keys looked at in one SCAN, 1 to 4,000
 * @param commandTimeout how long the target may be silent, 10 ms to 1 h
 * @param groupKeys keys or elements in one command, 1 to 10,000
 * @param groupBytes bytes after which a command is ended, 1 KiB to 64 MiB
 * @param windowBytes bytes of a transaction that may wait for their answer, 64 KiB to 1 GiB
 */
public record RedisSinkSettings(
    Map<Integer, Integer> databases,
    String prefix,
    boolean flush,
    boolean localVersions,
    Duration localVersionExpiry,
    int leftoverMemoryKeys,
    int scanCount,
    Duration commandTimeout,
    int groupKeys,
    int groupBytes,
    int windowBytes) {

  public static final RedisSinkSettings DEFAULTS =
      new RedisSinkSettings(
          Map.of(),
          "",
          false,
          false,
          Duration.ofHours(24),
          16_000_000,
          1_000,
          Duration.ofSeconds(60),
          512,
          256 * 1024,
          4 * 1024 * 1024);

  public RedisSinkSettings {
    databases = Map.copyOf(databases);
    requireDistinct(databases);
    if (prefix.length() > 256) {
      throw new IllegalArgumentException(
          "prefix of " + prefix.length() + " characters: at most 256 expected");
    }
    if (prefix.startsWith("__replicator:")) {
      throw new IllegalArgumentException(
          "prefix '" + prefix + "': keys that begin with __replicator: are Replicator's own");
    }
    requireRange("localVersionExpiry ms", localVersionExpiry.toMillis(), 1000, 3650L * 86400_000);
    requireRange("leftoverMemoryKeys", leftoverMemoryKeys, 0, 1_000_000_000);
    requireRange("scanCount", scanCount, 1, 4000);
    requireRange("commandTimeout ms", commandTimeout.toMillis(), 10, 3600_000);
    requireRange("groupKeys", groupKeys, 1, 10_000);
    requireRange("groupBytes", groupBytes, 1024, 64L << 20);
    requireRange("windowBytes", windowBytes, 64 * 1024, 1L << 30);
  }

  /** Where a source database goes. */
  public int targetDatabase(int sourceDatabase) {
    return databases.getOrDefault(sourceDatabase, sourceDatabase);
  }

  public RedisSinkSettings withDatabases(Map<Integer, Integer> mapping) {
    return new RedisSinkSettings(
        mapping,
        prefix,
        flush,
        localVersions,
        localVersionExpiry,
        leftoverMemoryKeys,
        scanCount,
        commandTimeout,
        groupKeys,
        groupBytes,
        windowBytes);
  }

  public RedisSinkSettings withPrefix(String text) {
    return new RedisSinkSettings(
        databases,
        text,
        flush,
        localVersions,
        localVersionExpiry,
        leftoverMemoryKeys,
        scanCount,
        commandTimeout,
        groupKeys,
        groupBytes,
        windowBytes);
  }

  public RedisSinkSettings withFlush(boolean wanted) {
    return new RedisSinkSettings(
        databases,
        prefix,
        wanted,
        localVersions,
        localVersionExpiry,
        leftoverMemoryKeys,
        scanCount,
        commandTimeout,
        groupKeys,
        groupBytes,
        windowBytes);
  }

  /** A version chain of the target's own, whose lists are kept for this long. */
  public RedisSinkSettings withLocalVersions(boolean wanted, Duration expiry) {
    return new RedisSinkSettings(
        databases,
        prefix,
        flush,
        wanted,
        expiry,
        leftoverMemoryKeys,
        scanCount,
        commandTimeout,
        groupKeys,
        groupBytes,
        windowBytes);
  }

  public RedisSinkSettings withLeftoverMemoryKeys(int keys) {
    return new RedisSinkSettings(
        databases,
        prefix,
        flush,
        localVersions,
        localVersionExpiry,
        keys,
        scanCount,
        commandTimeout,
        groupKeys,
        groupBytes,
        windowBytes);
  }

  public RedisSinkSettings withCommandTimeout(Duration timeout) {
    return new RedisSinkSettings(
        databases,
        prefix,
        flush,
        localVersions,
        localVersionExpiry,
        leftoverMemoryKeys,
        scanCount,
        timeout,
        groupKeys,
        groupBytes,
        windowBytes);
  }

  /** How commands are cut: see the parameters of the same names. */
  public RedisSinkSettings withGrouping(int keys, int bytes, int window) {
    return new RedisSinkSettings(
        databases,
        prefix,
        flush,
        localVersions,
        localVersionExpiry,
        leftoverMemoryKeys,
        scanCount,
        commandTimeout,
        keys,
        bytes,
        window);
  }

  private static void requireDistinct(Map<Integer, Integer> databases) {
    Map<Integer, Integer> sources = new HashMap<>();
    databases.forEach((source, target) -> {
      requireRange("source database", source, 0, Integer.MAX_VALUE);
      requireRange("target database", target, 0, Integer.MAX_VALUE);
      Integer other = sources.put(target, source);
      if (other != null) {
        throw new IllegalArgumentException(
            "databases "
                + other
                + " and "
                + source
                + " both go to target database "
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
