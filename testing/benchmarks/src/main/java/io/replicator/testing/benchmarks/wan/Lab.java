package io.replicator.testing.benchmarks.wan;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two network namespaces joined by an emulated link, made by {@code testing/wanlab/wan} and taken
 * down by {@link #close}. May be used from several threads.
 */
final class Lab implements AutoCloseable {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final Pattern TAKEN = Pattern.compile("\"commands_ok\": ([0-9]+)");
  private static final Pattern REFUSED = Pattern.compile("\"commands_bad\": ([0-9]+)");
  private static final Pattern EMULATOR = Pattern.compile("\"emulator\": \"([a-z]+)\"");
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Path script;
  private final String name;
  private final Path states;
  private final Path state;

  private Lab(Path script, String name, Path states) {
    this.script = script;
    this.name = name;
    this.states = states;
    this.state = states.resolve(name);
  }

  /**
   * Makes the namespaces and the link.
   *
   * @param congestionControl what every connection in them gets that asks for nothing else
   */
  static Lab up(Path script, Link link, String congestionControl) {
    long number = ProcessHandle.current().pid() * 100 + NUMBERS.incrementAndGet();
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "wanlab");
    String name = "w" + Long.toString(number, 36);
    Lab lab = new Lab(script, name, folder);
    List<String> command = new ArrayList<>(List.of("up", name, "--cc", congestionControl));
    command.addAll(link.options());
    lab.run(command);
    return lab;
  }

  /** Starts a process on one side; what it prints goes to the log. */
  Process start(Side side, Path log, Map<String, String> environment, List<String> command) {
    List<String> all = new ArrayList<>(List.of("exec", name, side.letter()));
    all.addAll(command);
    ProcessBuilder builder = builder(all).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing gets through any more, and what is on its way is lost. */
  void cut() {
    tell("cut");
  }

  void heal() {
    tell("heal");
  }

  /** Another rate, delay or loss from now on, as {@code wan set} takes them. */
  void set(String key, String value) {
    tell(key + " " + value);
  }

  /** What joins the namespaces: "netem" or "relay". */
  String emulator() {
    Matcher found = EMULATOR.matcher(stats());
    return found.find() ? found.group(1) : "unknown";
  }

  /** What the link has carried until now. */
  synchronized LinkCounters counters() {
    tell("stats");
    return LinkCounters.parse(stats());
  }

  /** Returns when the link has obeyed. */
  private synchronized void tell(String command) {
    long before = number(TAKEN);
    long refused = number(REFUSED);
    try (FileOutputStream out = new FileOutputStream(state.resolve("ctl").toFile())) {
      out.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("link " + name + " takes no commands", e);
    }
    Waiting.require(
        ANSWER_LIMIT,
        "link " + name + " obeys: " + command,
        () -> {
          if (number(REFUSED) > refused) {
            throw new IllegalStateException("link " + name + " refused: " + command);
          }
          return number(TAKEN) > before;
        });
  }

  private long number(Pattern counter) {
    Matcher found = counter.matcher(stats());
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  private String stats() {
    try {
      return Files.readString(state.resolve("stats.json"));
    } catch (IOException e) {
      throw new UncheckedIOException("no counters of link " + name, e);
    }
  }

  private void run(List<String> arguments) {
    Path log = states.resolve(name + ".log");
    try {
      Files.createDirectories(states);
      Process process =
          builder(arguments).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(script + " " + arguments + ": " + Files.readString(log));
      }
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private ProcessBuilder builder(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("WAN_DIR", states.toString());
    return builder;
  }

  /** The process that joins the namespaces. */
  private Optional<ProcessHandle> emulatorProcess() {
    try {
      long pid = Long.parseLong(Files.readString(state.resolve("pid")).strip());
      return ProcessHandle.of(pid);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Fails if the link outlives it. */
  @Override
  public void close() {
    Optional<ProcessHandle> process = emulatorProcess();
    run(List.of("down", name));
    if (process.filter(ProcessHandle::isAlive).isPresent()) {
      throw new IllegalStateException("link " + name + " is still there: " + process.get().pid());
    }
  }
}
