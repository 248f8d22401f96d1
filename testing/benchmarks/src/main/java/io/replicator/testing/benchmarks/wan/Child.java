package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that was started here: its memory, its time, and its end. */
final class Child implements AutoCloseable {
  private static final long END_SECONDS = 20;

  private final String name;
  private final Path log;
  private final Process process;

  Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  String name() {
    return name;
  }

  void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(name + " ended with " + process.exitValue() + ": " + tail());
    }
  }

  /** The last lines of what it printed. */
  String tail() {
    try {
      String text = Files.exists(log) ? Files.readString(log) : "";
      return text.substring(Math.max(0, text.length() - 2000)).strip();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Resident memory now, in MB. */
  double megabytes() {
    return memory("VmRSS:");
  }

  /** The most resident memory it ever had, in MB. */
  double peakMegabytes() {
    return memory("VmHWM:");
  }

  double cpuSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toMillis() / 1e3).orElse(0.0);
  }

  private double memory(String line) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try (var lines = Files.lines(status)) {
      return lines
          .filter(text -> text.startsWith(line))
          .mapToDouble(text -> Double.parseDouble(text.replaceAll("[^0-9]", "")) * 1024 / 1e6)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " has ended", e);
    }
  }

  /** Lets it stand still (SIGSTOP) or go on (SIGCONT). */
  void setStopped(boolean stopped) {
    signal(stopped ? "-STOP" : "-CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
