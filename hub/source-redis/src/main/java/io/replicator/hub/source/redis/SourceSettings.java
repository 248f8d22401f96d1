package io.replicator.hub.source.redis;

import java.time.Duration;

/**
 * How a source captures changes.
 *
 * @param sweepKeysPerSecond read budget of the background sweep of a plain database, 0 = no sweep
 * @param scanCount keys asked for by one SCAN
 * @param maxPendingHints hinted keys kept while the listener is busy; more lead to a repair scan
 * @param hintBatchKeys hints are told when so many are there …
 * @param hintDelay … or so long after the last were told: a change after a pause waits for nothing
 * @param watchInterval how often the server is looked at for flushes, and a chain is polled
 * @param pingInterval how often an idle connection is proved to be alive
 * @param pingTimeout without an answer for so long a connection is dead
 * @param maxReconnectDelay upper end of the jittered back-off
 * @param maxChainLists how many lists of a version chain are read backwards at the start
 */
public record SourceSettings(
    int sweepKeysPerSecond,
    int scanCount,
    int maxPendingHints,
    int hintBatchKeys,
    Duration hintDelay,
    Duration watchInterval,
    Duration pingInterval,
    Duration pingTimeout,
    Duration maxReconnectDelay,
    int maxChainLists) {

  public static final SourceSettings DEFAULTS =
      new SourceSettings(
          2_000,
          512,
          262_144,
          512,
          Duration.ofMillis(1),
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          100_000);

  public SourceSettings {
    requireRange("sweepKeysPerSecond", sweepKeysPerSecond, 0, 1_000_000);
    requireRange("scanCount", scanCount, 16, 4096);
    requireRange("maxPendingHints", maxPendingHints, 16, 16_777_216);
    requireRange("hintBatchKeys", hintBatchKeys, 1, 65_536);
    requireRange("hintDelay (ms)", hintDelay.toMillis(), 0, 1_000);
    requireRange("watchInterval (ms)", watchInterval.toMillis(), 10, 60_000);
    requireRange("pingInterval (ms)", pingInterval.toMillis(), 10, 60_000);
    requireRange("pingTimeout (ms)", pingTimeout.toMillis(), 10, 600_000);
    requireRange("maxReconnectDelay (ms)", maxReconnectDelay.toMillis(), 1, 600_000);
    requireRange("maxChainLists", maxChainLists, 1, 10_000_000);
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " " + value + ": expected " + min + " to " + max);
    }
  }

  public SourceSettings withSweepKeysPerSecond(int keys) {
    return new SourceSettings(
        keys,
        scanCount,
        maxPendingHints,
        hintBatchKeys,
        hintDelay,
        watchInterval,
        pingInterval,
        pingTimeout,
        maxReconnectDelay,
        maxChainLists);
  }

  public SourceSettings withMaxPendingHints(int hints) {
    return new SourceSettings(
        sweepKeysPerSecond,
        scanCount,
        hints,
        hintBatchKeys,
        hintDelay,
        watchInterval,
        pingInterval,
        pingTimeout,
        maxReconnectDelay,
        maxChainLists);
  }

  public SourceSettings withPing(Duration interval, Duration timeout) {
    return new SourceSettings(
        sweepKeysPerSecond,
        scanCount,
        maxPendingHints,
        hintBatchKeys,
        hintDelay,
        watchInterval,
        interval,
        timeout,
        maxReconnectDelay,
        maxChainLists);
  }

  public SourceSettings withMaxChainLists(int lists) {
    return new SourceSettings(
        sweepKeysPerSecond,
        scanCount,
        maxPendingHints,
        hintBatchKeys,
        hintDelay,
        watchInterval,
        pingInterval,
        pingTimeout,
        maxReconnectDelay,
        lists);
  }
}
