package io.replicator.testing.system;

import io.replicator.command.redis.FreePort;
import io.replicator.testing.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A hub and the clients started beside it, each a process of its own, with their pages. */
final class Sides implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path folder;
  private final String name;
  private final List<ReplicatorProcess> processes = new ArrayList<>();
  private final List<HttpPages> pages = new ArrayList<>();
  private final int hubPort = FreePort.next();

  /**
   * Starts nothing yet.
   *
   * @param folder where the logs go
   * @param name begins the names of the logs
   */
  Sides(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  String hubAddress() {
    return "127.0.0.1:" + hubPort;
  }

  /** Starts the hub; where it listens is added to its options. */
  Sides hub(String... options) {
    List<String> all = new ArrayList<>(List.of("hub", "--hub", hubAddress()));
    all.addAll(List.of(options));
    start("-hub", all);
    return this;
  }

  /** Starts a client of this hub; the hub's address is added to its options. */
  ReplicatorProcess client(String... options) {
    return clientOf(hubAddress(), options);
  }

  /** Starts a client of any hub. */
  ReplicatorProcess clientOf(String hub, String... options) {
    List<String> all = new ArrayList<>(List.of("client", "--hub", hub));
    all.addAll(List.of(options));
    return start("-client" + processes.size(), all);
  }

  private ReplicatorProcess start(String log, List<String> options) {
    HttpPages http = new HttpPages(FreePort.next());
    options.addAll(List.of("--http", "127.0.0.1:" + http.port()));
    pages.add(http);
    ReplicatorProcess process =
        ReplicatorProcess.of(folder, name + log, options.toArray(String[]::new)).start();
    processes.add(process);
    return process;
  }

  ReplicatorProcess process(int number) {
    return processes.get(number);
  }

  /** The pages of the process that was started as number n, from 0. */
  HttpPages pages(int number) {
    return pages.get(number);
  }

  /** Waits until a process has printed this. */
  void awaitOutput(int number, String text) {
    until(
        "process " + number + " prints '" + text + "'",
        () -> processes.get(number).output().contains(text));
  }

  /** Waits until {@code /status} of a process has this. */
  void awaitStatus(int number, String text) {
    until(
        "status of process " + number + " has '" + text + "'",
        () -> pages(number).status().contains(text));
  }

  /** Waits for a condition; when it fails, tells what the processes printed. */
  void until(String what, BooleanSupplier condition) {
    try {
      Await.until(LIMIT, what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + story(), e);
    }
  }

  /** Waits until the copy of a database is equal. */
  void awaitEqual(String source, String target, int database) {
    Copy.awaitEqual(LIMIT, source, target, database, this::story);
  }

  /** The last lines of every process. */
  String story() {
    StringBuilder story = new StringBuilder();
    for (int i = 0; i < processes.size(); i++) {
      story.append("process ").append(i).append(":\n").append(processes.get(i).tail()).append('\n');
    }
    return story.toString();
  }

  @Override
  public void close() {
    pages.forEach(HttpPages::close);
    processes.reversed().forEach(ReplicatorProcess::close);
  }
}
