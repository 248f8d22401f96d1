package io.replicator.testing.benchmarks;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.cassandra.ServerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * Replicator into a Cassandra of one node against a bare loop of the driver that writes the same
 * rows into another keyspace of it: an initial load, then 20,000 updates a second.
 */
final class CassandraRun {
  private static final int CHANGED_KEYS = 100_000;
  private static final int PACED = 20_000;
  private static final int WARM_UP = 100_000;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String KEYSPACE = "replicator";
  private static final String PROBE = "probe";

  private final Path launcher = Path.of(System.getProperty("replicator.launcher"));
  private final Path folder;
  private final int keys;
  private final double seconds;
  private final RedisServer source = RedisServer.started();
  private final LiveWriter writer;
  private final CassandraServer cassandra =
      CassandraServer.started(ServerOptions.DEFAULTS.withSpeed());
  private final BareCassandra bare = new BareCassandra(cassandra.port());
  private final Figures load = new Figures("bare loop", "Replicator", "bare loop again");
  private final Figures live = new Figures("bare loop", "Replicator");

  private CassandraRun(Path folder, int keys, double seconds) {
    this.folder = folder;
    this.keys = keys;
    this.seconds = seconds;
    this.writer = new LiveWriter(source.port(), Math.min(keys, CHANGED_KEYS));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    RunOptions options = RunOptions.parse(arguments, 1_000_000, 10);
    CassandraRun run = new CassandraRun(options.folder(), options.keys(), options.seconds());
    try {
      run.run();
    } finally {
      run.close();
    }
  }

  /** What an initial load took; NaN = there is no such figure. */
  private record Load(
      double seconds,
      double untilFirst,
      double cassandraCpu,
      double clientCpu,
      double hubCpu,
      double wireBytes,
      double clientMegabytes,
      double hubMegabytes) {

    private static Load bare(double seconds, double cassandraCpu) {
      return new Load(
          seconds, 0, cassandraCpu, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
  }

  private void run() throws IOException, InterruptedException {
    say("writing the keys");
    writer.load(keys);
    say("warming up");
    bare.load(bare.prepared("warm"), Math.min(keys, WARM_UP));
    say("bare loop");
    Load before = bareLoad("bare");
    double bareUpdates =
        bare.update(bare.prepared("bare"), Math.min(keys, CHANGED_KEYS), seconds, PACED);
    say("Replicator");
    Load ours = replicator(bareUpdates);
    say("bare loop again");
    addLoad(before, ours, bareLoad("again"));
    write();
  }

  private Load bareLoad(String keyspace) {
    PreparedStatement insert = bare.prepared(keyspace);
    double cpu = cassandra.cpuSeconds();
    double took = bare.load(insert, keys);
    return Load.bare(took, cassandra.cpuSeconds() - cpu);
  }

  private Load replicator(double bareUpdates) throws InterruptedException {
    String address = "127.0.0.1:" + FreePort.next();
    try (Program hub = Program.plainHub(launcher, folder, source.address(), address)) {
      hub.awaitReady(LIMIT);
      double cassandraCpu = cassandra.cpuSeconds();
      double hubCpu = hub.cpuSeconds();
      long begun = System.nanoTime();
      try (Program client = client(address)) {
        double first = untilFirstKey(client, begun);
        client.awaitReady(LIMIT);
        Load load =
            new Load(
                (System.nanoTime() - begun) / 1e9,
                first,
                cassandra.cpuSeconds() - cassandraCpu,
                client.cpuSeconds(),
                hub.cpuSeconds() - hubCpu,
                hub.status("wireBytes"),
                client.peakMegabytes(),
                hub.peakMegabytes());
        updates(hub, client, bareUpdates);
        requireEqual();
        return load;
      }
    }
  }

  private Program client(String hub) {
    return Program.started(
        launcher,
        folder,
        List.of(
            "client",
            "--databases=0",
            "--hub=" + hub,
            "--cassandra=" + cassandra.address(),
            "--keyspace=" + KEYSPACE,
            "--create-schema"));
  }

  /** Cassandra gets faster as it warms up: the faster of the two bare loops is the measure. */
  private void addLoad(Load before, Load ours, Load after) {
    List<Load> all = List.of(before, ours, after);
    double best = keys / Math.min(before.seconds, after.seconds);
    double rate = keys / (ours.seconds - ours.untilFirst);
    addLoad("initial load", "s", all, Load::seconds);
    load.add(
        "of it until the first keys (start, schema)", "s", Double.NaN, ours.untilFirst, Double.NaN);
    addLoad("rows after the first keys", "1/s", all, it -> keys / (it.seconds - it.untilFirst));
    load.add(
        "rows after the first keys, of the faster bare loop's",
        "%",
        100 * keys / before.seconds / best,
        100 * rate / best,
        100 * keys / after.seconds / best);
    addLoad("CPU of Cassandra", "s", all, Load::cassandraCpu);
    addLoad("CPU of the client, its start included", "s", all, Load::clientCpu);
    addLoad("CPU of the hub", "s", all, Load::hubCpu);
    addLoad("bytes on the link", "MB", all, it -> it.wireBytes / 1e6);
    addLoad("memory of the client at most", "MB", all, Load::clientMegabytes);
    addLoad("memory of the hub at most", "MB", all, Load::hubMegabytes);
  }

  private void addLoad(String name, String unit, List<Load> all, ToDoubleFunction<Load> figure) {
    load.add(name, unit, all.stream().mapToDouble(figure).toArray());
  }

  private static double untilFirstKey(Program client, long begun) throws InterruptedException {
    while (true) {
      try {
        if (client.status("loadedKeys") > 0) {
          return (System.nanoTime() - begun) / 1e9;
        }
      } catch (java.io.UncheckedIOException e) {
        // not listening yet
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private void updates(Program hub, Program client, double bareUpdates)
      throws InterruptedException {
    double liveBefore = client.status("liveKeys");
    double bytesBefore = hub.status("wireBytes");
    double clientCpu = client.cpuSeconds();
    double cassandraCpu = cassandra.cpuSeconds();
    List<Double> lags = Collections.synchronizedList(new ArrayList<>());
    long begun = System.nanoTime();
    CompletableFuture<Void> probe = CompletableFuture.runAsync(() -> probe(begun, lags));
    long written = writer.write(seconds, PACED);
    double wrote = (System.nanoTime() - begun) / 1e9;
    probe.join();
    double all = (System.nanoTime() - begun) / 1e9;
    double applied = client.status("liveKeys") - liveBefore;
    Collections.sort(lags);
    live.add("updates written", "1/s", bareUpdates, written / wrote);
    live.add("rows applied", "1/s", bareUpdates, applied / all);
    live.add("lag, median", "ms", Double.NaN, lags.get(lags.size() / 2));
    live.add("lag, most", "ms", Double.NaN, lags.getLast());
    live.add("bytes on the link", "MB", Double.NaN, (hub.status("wireBytes") - bytesBefore) / 1e6);
    live.add(
        "CPU of the client",
        "s for a million rows",
        Double.NaN,
        (client.cpuSeconds() - clientCpu) / applied * 1e6);
    live.add(
        "CPU of Cassandra",
        "s for a million rows",
        Double.NaN,
        (cassandra.cpuSeconds() - cassandraCpu) / applied * 1e6);
    live.add("memory of the client at most", "MB", Double.NaN, client.peakMegabytes());
  }

  /** Writes a key and looks for it in Cassandra, again and again until the time is over. */
  private void probe(long begun, List<Double> lags) {
    try (RespClient redis = new RespClient(source.port())) {
      for (int i = 0; System.nanoTime() - begun < seconds * 1e9; i++) {
        String value = Integer.toString(i);
        long sent = System.nanoTime();
        redis.call("SET", PROBE, value);
        while (!bare.value(KEYSPACE, PROBE).equals(value)) {
          if (System.nanoTime() - sent > LIMIT.toNanos()) {
            throw new IllegalStateException("the probe did not arrive");
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        lags.add((System.nanoTime() - sent) / 1e6);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private void requireEqual() throws InterruptedException {
    say("comparing");
    Program.requireEqual(
        launcher,
        folder,
        source.address(),
        "--cassandra=" + cassandra.address(),
        "--keyspace=" + KEYSPACE);
  }

  private void write() throws IOException {
    String text =
        String.format(
                Locale.ROOT,
                "%s, %d processors, %s %s, Java %s, Cassandra 5.0.9 of one node, %,d JSON values of"
                    + " about 200 bytes%n%n",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.version(),
                keys)
            + "Initial load:\n\n"
            + load.markdown()
            + "\n20,000 updates/s of random keys of "
            + String.format(Locale.ROOT, "%,d", Math.min(keys, CHANGED_KEYS))
            + ":\n\n"
            + live.markdown();
    Files.writeString(folder.resolve("cassandra.md"), text, StandardCharsets.UTF_8);
    Files.writeString(
        folder.resolve("cassandra.json"),
        "{\"load\": " + load.json() + ", \"live\": " + live.json() + "}\n");
    System.out.println(text);
  }

  private static void say(String what) {
    System.err.println("cassandra: " + what);
  }

  private void close() {
    writer.close();
    source.close();
    bare.close();
    cassandra.close();
  }
}
