package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A {@link Swarm} as a process, and what it has printed. */
final class SwarmProcess implements AutoCloseable {
  private static final Duration CURRENT_LIMIT = Duration.ofMinutes(2);

  private final Child child;
  private final Path log;
  private final int clients;

  SwarmProcess(Child child, Path log, int clients) {
    this.child = child;
    this.log = log;
    this.clients = clients;
  }

  Child child() {
    return child;
  }

  /** Waits until every client has what the source had. */
  void awaitCurrent() {
    Waiting.require(
        CURRENT_LIMIT,
        clients + " clients are current",
        () -> {
          child.requireAlive();
          List<String> lines = lines();
          Waiting.pause(Duration.ofMillis(100));
          return !lines.isEmpty() && field(lines.getLast(), 1) >= clients;
        });
  }

  /** How many lines of figures there are: where a stretch of time begins. */
  int mark() {
    return lines().size();
  }

  /** The lags of all lines since a mark. */
  LagBuckets lagsSince(int mark) {
    LagBuckets lags = new LagBuckets();
    lines().stream().skip(mark).forEach(line -> lags.add(line.split(" ", -1)[4]));
    return lags;
  }

  /** Changes that came to all clients since a mark. */
  long changesSince(int mark) {
    return lines().stream().skip(mark).mapToLong(line -> field(line, 3)).sum();
  }

  void requireNoneEnded() {
    List<String> lines = lines();
    if (!lines.isEmpty() && field(lines.getLast(), 2) > 0) {
      throw new IllegalStateException("clients of the swarm were ended: " + child.tail());
    }
  }

  private static long field(String line, int at) {
    return Long.parseLong(line.split(" ", -1)[at]);
  }

  /** Complete lines of figures only. */
  private List<String> lines() {
    try {
      String text = Files.readString(log);
      int end = text.lastIndexOf('\n');
      return end < 0
          ? List.of()
          : text.substring(0, end).lines().filter(line -> line.startsWith("lags ")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    child.close();
  }
}
