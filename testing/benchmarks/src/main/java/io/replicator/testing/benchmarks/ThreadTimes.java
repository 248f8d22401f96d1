package io.replicator.testing.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Processor seconds of a process by the names of its threads, without their numbers; empty where
 * there is no /proc.
 */
record ThreadTimes(Map<String, Double> seconds) {
  private static final double TICKS_PER_SECOND = 100;
  private static final double LEAST_TOLD = 0.05;

  static ThreadTimes of(long pid) {
    Map<String, Double> seconds = new TreeMap<>();
    Path threads = Path.of("/proc", Long.toString(pid), "task");
    if (Files.isDirectory(threads)) {
      try (Stream<Path> all = Files.list(threads)) {
        all.forEach(thread -> add(thread, seconds));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new ThreadTimes(seconds);
  }

  private static void add(Path thread, Map<String, Double> seconds) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      int open = stat.indexOf('(');
      int close = stat.lastIndexOf(')');
      List<String> fields = List.of(stat.substring(close + 2).split(" ", -1));
      double ticks = Double.parseDouble(fields.get(11)) + Double.parseDouble(fields.get(12));
      seconds.merge(name(stat.substring(open + 1, close)), ticks / TICKS_PER_SECOND, Double::sum);
    } catch (NoSuchFileException e) {
      // It ended meanwhile.
    } catch (IOException e) {
      if (Files.exists(thread)) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String name(String thread) {
    return thread.replaceAll("[-# ]+[0-9]+[-#0-9a-z]*$", "").strip();
  }

  ThreadTimes since(ThreadTimes before) {
    Map<String, Double> since = new TreeMap<>(seconds);
    before.seconds.forEach((name, value) -> since.merge(name, -value, Double::sum));
    return new ThreadTimes(since);
  }

  /** "replicator-loop 1.23, C2 CompilerThre 0.80", the greatest first. */
  String text() {
    return seconds.entrySet().stream()
        .filter(thread -> thread.getValue() >= LEAST_TOLD)
        .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
        .map(thread ->
            String.format(java.util.Locale.ROOT, "%s %.2f", thread.getKey(), thread.getValue()))
        .collect(Collectors.joining(", "));
  }
}
