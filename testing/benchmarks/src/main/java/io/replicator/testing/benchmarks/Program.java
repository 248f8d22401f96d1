package io.replicator.testing.benchmarks;

import io.replicator.command.redis.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program {@code replicator} as a process, as an operator starts it, watched from outside. */
final class Program implements AutoCloseable {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final String name;
  private final Path log;
  private final Process process;
  private final int httpPort;
  private final HttpClient http = HttpClient.newHttpClient();

  private Program(String name, Path log, Process process, int httpPort) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.httpPort = httpPort;
  }

  /** A hub or a client; its log goes to the folder. */
  static Program started(Path launcher, Path folder, List<String> arguments) {
    String name = arguments.getFirst();
    int httpPort = FreePort.next();
    List<String> all = new ArrayList<>(arguments);
    all.add("--http=127.0.0.1:" + httpPort);
    Path log = folder.resolve(name + ".log");
    return new Program(name, log, process(launcher, log, all), httpPort);
  }

  /** The hub of a source's database 0, a plain one. */
  static Program plainHub(
      Path launcher, Path folder, String source, String address, String... more) {
    List<String> arguments = new ArrayList<>(List.of("hub", "--databases=0", "--plaindb=0"));
    arguments.add("--redis=" + source);
    arguments.add("--hub=" + address);
    arguments.addAll(List.of(more));
    return started(launcher, folder, arguments);
  }

  /** Runs a command to its end and returns its exit code. */
  static int run(Path launcher, Path folder, List<String> arguments) throws InterruptedException {
    Path log = folder.resolve(arguments.getFirst() + ".log");
    return process(launcher, log, arguments).waitFor();
  }

  /** Compares database 0 with its copy. */
  static void requireEqual(Path launcher, Path folder, String source, String... target)
      throws InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("compare", "--databases=0"));
    arguments.add("--source=" + source);
    arguments.addAll(List.of(target));
    arguments.add("--wait=60s");
    if (run(launcher, folder, arguments) != 0) {
      throw new IllegalStateException("the copy differs, see " + folder.resolve("compare.log"));
    }
  }

  private static Process process(Path launcher, Path log, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!isReady()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(name + " is not ready after " + limit + ", see " + log);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  boolean isReady() throws InterruptedException {
    if (!process.isAlive()) {
      throw new IllegalStateException(name + " ended, see " + log);
    }
    try {
      return get("/readyz").statusCode() == 200;
    } catch (ConnectException e) {
      return false; // not listening yet
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sum of all numbers of this name in the status. */
  double status(String number) throws InterruptedException {
    try {
      Matcher found =
          Pattern.compile("\"" + number + "\"\\s*:\\s*(-?[0-9.]+)").matcher(get("/status").body());
      double sum = 0;
      while (found.find()) {
        sum += Double.parseDouble(found.group(1));
      }
      return sum;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + httpPort + path);
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  long pid() {
    return process.pid();
  }

  double cpuSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** Most memory it ever had (resident), in MB; not known (NaN) where there is no /proc. */
  double peakMegabytes() {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return Double.NaN;
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
