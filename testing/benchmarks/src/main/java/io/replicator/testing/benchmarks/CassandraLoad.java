package io.replicator.testing.benchmarks;

import io.replicator.testing.cassandra.CassandraServer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * One load by Replicator, watched from outside: when the first rows were there, when half of them
 * and when all, and what the processes had taken of the processors then. It looks seldom: each look
 * is work for the client.
 */
final class CassandraLoad {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final long FIRST_LOOK_MILLIS = 20;
  private static final long LOOK_MILLIS = 100;

  private final Program hub;
  private final Program client;
  private final LiveWriter source;
  private final CassandraServer cassandra;
  private final long begun;

  CassandraLoad(
      Program hub, Program client, LiveWriter source, CassandraServer cassandra, long begun) {
    this.hub = hub;
    this.client = client;
    this.source = source;
    this.cassandra = cassandra;
    this.begun = begun;
  }

  /** A moment of the load; processor times in seconds. */
  private record At(
      double seconds, double rows, double cassandra, double client, double hub, double source) {
    private double rowsPerSecond(At end) {
      return (end.rows - rows) / (end.seconds - seconds);
    }

    private CassandraTurn.Cpu cpu(At end) {
      double micros = 1e6 / (end.rows - rows);
      return new CassandraTurn.Cpu(
          (end.cassandra - cassandra) * micros,
          (end.client - client) * micros,
          (end.hub - hub) * micros,
          (end.source - source) * micros);
    }
  }

  /** Waits for all of it. */
  CassandraTurn turn(int keys, Supplier<List<String>> threads) throws InterruptedException {
    At first = await(1, FIRST_LOOK_MILLIS);
    At half = await(keys / 2, LOOK_MILLIS);
    await(keys, LOOK_MILLIS);
    client.awaitReady(LIMIT);
    At end = now(keys);
    return new CassandraTurn(
        CassandraTurn.REPLICATOR,
        end.seconds,
        first.seconds,
        first.rowsPerSecond(end),
        half.rowsPerSecond(end),
        first.cpu(end),
        half.cpu(end).writer(),
        hub.status("wireBytes"),
        client.peakMegabytes(),
        hub.peakMegabytes(),
        threads.get());
  }

  private At now(double rows) {
    return new At(
        (System.nanoTime() - begun) / 1e9,
        rows,
        cassandra.cpuSeconds(),
        client.cpuSeconds(),
        hub.cpuSeconds(),
        source.sourceCpuSeconds());
  }

  private At await(int rows, long lookMillis) throws InterruptedException {
    while (true) {
      try {
        double loaded = client.status("loadedKeys");
        if (loaded >= rows) {
          return now(loaded);
        }
      } catch (UncheckedIOException e) {
        // not listening yet
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(lookMillis));
    }
  }
}
