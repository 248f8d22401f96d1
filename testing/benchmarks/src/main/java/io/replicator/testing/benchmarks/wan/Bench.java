package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What all scenarios of a run share: where things are, how large, how long at most. */
final class Bench {
  private static final int FULL_KEYS = 1_000_000;

  private final Path root;
  private final Path launcher;
  private final Path logs;
  private final double scale;
  private final Duration limit;
  private final Origin origin;
  private final long begunNanos = System.nanoTime();
  private volatile @Nullable AutoCloseable current; // closed by the hook when a signal ends us
  private volatile String emulator = "none";
  private int folders;

  /**
   * @param root the checkout
   * @param scale 1 = as the scenarios are written
   * @param limit the longest that a contender is waited for
   */
  Bench(Path root, double scale, Duration limit) {
    this(root, root.resolve("replicator"), scale, limit);
  }

  /**
   * @param launcher starts hub and client: the checkout's, or one that a test has made
   */
  Bench(Path root, Path launcher, double scale, Duration limit) {
    this.root = root;
    this.launcher = launcher;
    this.scale = scale;
    this.limit = limit;
    this.origin = Origin.of(root);
    try {
      logs = Files.createTempDirectory("rwan");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Also when a signal ends this process, what runs now is stopped. */
  void closeOnExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeCurrent, "closing"));
  }

  private void closeCurrent() {
    AutoCloseable open = current;
    if (open != null) {
      try {
        open.close();
      } catch (Exception e) {
        say("could not be closed: " + e);
      }
    }
  }

  /** The last one of these is closed at the end of the process; closing twice does nothing. */
  void closeAtEnd(AutoCloseable site) {
    current = site;
  }

  Path launcher() {
    return launcher;
  }

  Path wanScript() {
    return root.resolve("testing/wanlab/wan");
  }

  Path logs() {
    return logs;
  }

  /** Of which program and machine the figures are. */
  Origin origin() {
    return origin;
  }

  /** What emulates the links of this run, as the last one made says. */
  void emulatedBy(String kind) {
    emulator = kind;
  }

  /** "netem", "relay", or "none" before there was a link. */
  String emulator() {
    return emulator;
  }

  double scale() {
    return scale;
  }

  Duration limit() {
    return limit;
  }

  /** The million, or what the scale leaves of it. */
  int keys() {
    return scaled(FULL_KEYS);
  }

  int scaled(int full) {
    return Math.max(1, (int) Math.round(full * scale));
  }

  /** The scale's part of a time, but not less than the other. */
  Duration scaled(Duration full, Duration least) {
    Duration part = Duration.ofMillis(Math.round(full.toMillis() * scale));
    return part.compareTo(least) < 0 ? least : part;
  }

  /** A folder with a short path for the logs and sockets of one contender. */
  synchronized Path newLogFolder(Contender contender) {
    try {
      String name = ++folders + "-" + contender.kind().name().toLowerCase(Locale.ROOT);
      return Files.createDirectory(logs.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A Java of this one's kind with the same classes. */
  List<String> javaCommand(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dio.lettuce.core.iouring=false");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  void say(String what) {
    System.err.printf("wan: %6.1f s  %s%n", (System.nanoTime() - begunNanos) / 1e9, what);
  }
}
