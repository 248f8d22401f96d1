package io.replicator.testing.benchmarks;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A hub's HTTP side on this machine: a load of everything against plain JSON over HTTP with gzip,
 * and many WebSockets that all get the same changes.
 */
final class WebBenchmark {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int LOADS = 5;

  private final Path launcher;
  private final Path folder;
  private final int keys;
  private final int clients;
  private final double seconds;
  private final int perSecond;
  private final Figures load = new Figures("plain JSON, gzip", "JSON, gzip", "batches, zstd");
  private final Figures live = new Figures("WebSockets");

  private WebBenchmark(Path launcher, Path folder, Options options) {
    this.launcher = launcher;
    this.folder = folder;
    this.keys = options.keys;
    this.clients = options.clients;
    this.seconds = options.seconds;
    this.perSecond = options.perSecond;
  }

  private record Options(int keys, int clients, double seconds, int perSecond) {
    static Options of(String[] arguments) {
      return new Options(
          Integer.parseInt(option(arguments, "--keys", "100000")),
          Integer.parseInt(option(arguments, "--clients", "1000")),
          Double.parseDouble(option(arguments, "--seconds", "15")),
          Integer.parseInt(option(arguments, "--changes", "1000")));
    }

    private static String option(String[] arguments, String name, String standard) {
      List<String> known = List.of("--keys", "--clients", "--seconds", "--changes");
      for (int i = 1; i < arguments.length; i += 2) {
        if (!known.contains(arguments[i]) || i + 1 == arguments.length) {
          throw new IllegalArgumentException(arguments[i] + ": expected one of " + known);
        }
        if (arguments[i].equals(name)) {
          return arguments[i + 1];
        }
      }
      return standard;
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path launcher = Path.of(System.getProperty("replicator.launcher"));
    new WebBenchmark(launcher, Path.of(arguments[0]), Options.of(arguments)).run();
  }

  private void run() throws IOException, InterruptedException {
    int webPort = FreePort.next();
    try (RedisServer redis = RedisServer.started();
        LiveWriter writer = new LiveWriter(redis.port(), 1)) {
      say("writing the keys");
      writer.load(keys);
      try (Program hub = hub(redis, webPort)) {
        hub.awaitReady(LIMIT);
        loads(redis, hub, webPort);
        webSockets(redis, hub, webPort);
      }
    }
    write();
  }

  private Program hub(RedisServer redis, int webPort) {
    String address = "127.0.0.1:" + FreePort.next();
    String web = "--web=127.0.0.1:" + webPort;
    return Program.plainHub(launcher, folder, redis.address(), address, web);
  }

  private void loads(RedisServer redis, Program hub, int webPort) throws IOException {
    String entries = "http://127.0.0.1:" + webPort + "/v1/databases/0/entries?format=";
    try (PlainJsonServer plain = new PlainJsonServer(redis.port(), keys)) {
      say("plain JSON over HTTP");
      HttpLoad other = HttpLoad.best(LOADS, plain.url(), "gzip");
      say("entries as JSON");
      double before = hub.cpuSeconds();
      HttpLoad json = HttpLoad.best(LOADS, entries + "json", "gzip");
      double jsonCpu = (hub.cpuSeconds() - before) / LOADS;
      say("entries as batches");
      before = hub.cpuSeconds();
      HttpLoad batches = HttpLoad.best(LOADS, entries + "batches", "zstd");
      double batchesCpu = (hub.cpuSeconds() - before) / LOADS;
      load.add("until the last byte", "s", other.seconds(), json.seconds(), batches.seconds());
      load.add("bytes", "MB", other.bytes() / 1e6, json.bytes() / 1e6, batches.bytes() / 1e6);
      load.add(
          "unpacked",
          "MB",
          other.rawBytes() / 1e6,
          json.rawBytes() / 1e6,
          batches.rawBytes() / 1e6);
      load.add("CPU of the hub, mean", "s", Double.NaN, jsonCpu, batchesCpu);
    }
  }

  private void webSockets(RedisServer redis, Program hub, int webPort) throws InterruptedException {
    say("opening " + clients + " WebSockets");
    try (WebSockets sockets = new WebSockets(webPort, clients);
        RespClient writer = new RespClient(redis.port())) {
      sockets.awaitWelcome(LIMIT);
      StampedWrites writes = new StampedWrites(writer, perSecond);
      say("warming up");
      writes.run(seconds / 3);
      sockets.reset();
      double cpu = hub.cpuSeconds();
      say("measuring");
      long begun = System.nanoTime();
      long written = writes.run(seconds);
      double took = (System.nanoTime() - begun) / 1e9;
      double used = hub.cpuSeconds() - cpu;
      long[] nanos = sockets.latencies();
      Arrays.sort(nanos);
      live.add("clients", "n", clients);
      live.add("changes written", "1/s", written / took);
      live.add("delay, median", "ms", percentile(nanos, 0.5));
      live.add("delay, 99 %", "ms", percentile(nanos, 0.99));
      live.add("delays measured", "n", nanos.length);
      live.add("bytes a client", "kB/s", sockets.receivedBytes() / took / clients / 1e3);
      live.add("bytes of all clients", "MB/s", sockets.receivedBytes() / took / 1e6);
      live.add("CPU of the hub", "% of a processor", 100 * used / took);
      live.add("memory of the hub at most", "MB", hub.peakMegabytes());
    }
  }

  private static double percentile(long[] sortedNanos, double part) {
    return sortedNanos.length == 0
        ? Double.NaN
        : sortedNanos[(int) Math.min(sortedNanos.length - 1, sortedNanos.length * part)] / 1e6;
  }

  private void write() throws IOException {
    String text =
        String.format(
                Locale.ROOT,
                "%s, %d processors, %s %s, Java %s%n%n",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.version())
            + String.format(Locale.ROOT, "A load of %,d keys, the best of %d:%n%n", keys, LOADS)
            + load.markdown()
            + String.format(
                Locale.ROOT, "%n%,d WebSockets that all get the same changes:%n%n", clients)
            + live.markdown();
    Files.writeString(folder.resolve("web.md"), text);
    Files.writeString(
        folder.resolve("web.json"),
        "{\"load\": " + load.json() + ", \"live\": " + live.json() + "}\n");
    System.out.println(text);
  }

  private static void say(String what) {
    System.err.println("web: " + what);
  }
}
