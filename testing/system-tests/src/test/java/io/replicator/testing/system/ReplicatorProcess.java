package io.replicator.testing.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hub or a client as its own process, started as the command line starts it. {@link #kill} is
 * kill -9; {@link #start} runs the same command again. Everything it prints is kept in a file.
 */
final class ReplicatorProcess implements AutoCloseable {
  private static final String MAIN = "io.replicator.command.cli.Main";

  private final List<String> command;
  private final Path log;
  private @Nullable Process process;

  private ReplicatorProcess(List<String> command, Path log) {
    this.command = command;
    this.log = log;
  }

  /**
   * A process that is not started yet; {@code args} are those of the {@code replicator} command.
   */
  static ReplicatorProcess of(Path folder, String name, String... args) {
    return new ReplicatorProcess(command(args), folder.resolve(name + ".log"));
  }

  /** The words that run {@code replicator} with these arguments. */
  static List<String> command(String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.lettuce.core.iouring=false",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            MAIN));
    command.addAll(List.of(args));
    return command;
  }

  ReplicatorProcess start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** The exit code of a process that has ended. */
  int exitCode() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process.exitValue();
  }

  /** SIGTERM, without waiting for anything. */
  void askToEnd() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    process.destroy();
  }

  /** kill -9. */
  void kill() {
    end(true, Duration.ofMinutes(1));
  }

  /** SIGTERM, and waits for the process to end by itself. Gives its exit code. */
  int terminate(Duration limit) {
    return end(false, limit);
  }

  private int end(boolean forcibly, Duration limit) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    if (forcibly) {
      running.destroyForcibly();
    } else {
      running.destroy();
    }
    return awaitEnd(limit);
  }

  /** Waits for the process to end by itself. Gives its exit code. */
  int awaitEnd(Duration limit) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    try {
      if (!running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still runs after " + limit + ":\n" + tail());
      }
      return running.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All that it printed so far. */
  String output() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines it printed. */
  String tail() {
    List<String> lines = output().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  @Override
  public void close() {
    if (isAlive()) {
      kill();
    }
  }
}
