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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Replicator into a Cassandra of one node against a bare loop of the driver that writes the same
 * rows: initial loads by turns, each into a fresh keyspace of a Cassandra that is warm and has
 * nothing else to do, then 20,000 updates a second.
 */
final class CassandraRun {
  private static final int CHANGED_KEYS = 100_000;
  private static final int PACED = 20_000;
  private static final int WARM_UP = 100_000;
  private static final int MOST_WARM_UPS = 15;
  private static final double STEADY = 0.03;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Path launcher = Path.of(System.getProperty("replicator.launcher"));
  private final Path folder;
  private final int keys;
  private final RedisServer source = RedisServer.started();
  private final LiveWriter writer;
  private final CassandraServer cassandra =
      CassandraServer.started(ServerOptions.DEFAULTS.withSpeed());
  private final BareCassandra bare = new BareCassandra(cassandra.port());
  private final List<CassandraTurn> turns = new ArrayList<>();
  private final CassandraUpdates updates;

  private CassandraRun(Path folder, int keys, double seconds) {
    this.folder = folder;
    this.keys = keys;
    this.writer = new LiveWriter(source.port(), Math.min(keys, CHANGED_KEYS));
    this.updates = new CassandraUpdates(writer, bare, cassandra, seconds, PACED);
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

  private void run() throws IOException, InterruptedException {
    say("writing the keys");
    writer.load(keys);
    warmUp();
    bareTurn("bare1", true);
    newProcessTurn("new1");
    turn("replicator1", false);
    bareTurn("bare2", false);
    turn("replicator2", true);
    newProcessTurn("new2");
    bareTurn("bare3", false);
    write();
  }

  /** Until a load is no faster than the two before it. */
  private void warmUp() {
    double before = Double.MAX_VALUE;
    double last = Double.MAX_VALUE;
    for (int i = 0; i < MOST_WARM_UPS; i++) {
      double took = bare.load(bare.prepared("warm"), Math.min(keys, WARM_UP)).all().elapsed();
      say(String.format(Locale.ROOT, "warming up: %,d rows/s", (long) (WARM_UP / took)));
      bare.drop("warm");
      if (took > Math.min(before, last) * (1 - STEADY)) {
        break;
      }
      before = last;
      last = took;
    }
  }

  private void bareTurn(String keyspace, boolean withUpdates) {
    settle();
    say("bare loop");
    PreparedStatement insert = bare.prepared(keyspace);
    double cassandraCpu = cassandra.cpuSeconds();
    BareCassandra.Took took = bare.load(insert, keys);
    turns.add(CassandraTurn.bare(took, keys, cassandra.cpuSeconds() - cassandraCpu));
    if (withUpdates) {
      updates.bare(insert, Math.min(keys, CHANGED_KEYS));
    }
    bare.drop(keyspace);
  }

  private void newProcessTurn(String keyspace) {
    settle();
    say("bare loop, new process");
    turns.add(BareProcess.turn(folder, cassandra, keyspace, keys));
    bare.drop(keyspace);
  }

  private void turn(String keyspace, boolean withUpdates) throws InterruptedException {
    settle();
    say("Replicator");
    String address = "127.0.0.1:" + FreePort.next();
    try (Program hub = Program.plainHub(launcher, folder, source.address(), address)) {
      hub.awaitReady(LIMIT);
      ThreadTimes hubBefore = ThreadTimes.of(hub.pid());
      long begun = System.nanoTime();
      try (Program client = client(address, keyspace)) {
        CassandraLoad load = new CassandraLoad(hub, client, writer, cassandra, begun);
        turns.add(
            load.turn(
                keys,
                () ->
                    List.of(
                        "client: " + ThreadTimes.of(client.pid()).text(),
                        "hub: " + ThreadTimes.of(hub.pid()).since(hubBefore).text())));
        if (withUpdates) {
          updates.replicator(hub, client, keyspace);
          requireEqual(keyspace);
        }
      }
    }
    bare.drop(keyspace);
  }

  private Program client(String hub, String keyspace) {
    return Program.started(
        launcher,
        folder,
        List.of(
            "client",
            "--databases=0",
            "--hub=" + hub,
            "--cassandra=" + cassandra.address(),
            "--keyspace=" + keyspace,
            "--create-schema"));
  }

  /** Waits until Cassandra has nothing more to do: it compacts what was loaded before. */
  private void settle() {
    double before = cassandra.cpuSeconds();
    for (int i = 0; i < 60; i++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      double now = cassandra.cpuSeconds();
      if (now - before < 0.05) {
        return;
      }
      before = now;
    }
  }

  static double cpuSeconds(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  private void requireEqual(String keyspace) throws InterruptedException {
    say("comparing");
    Program.requireEqual(
        launcher,
        folder,
        source.address(),
        "--cassandra=" + cassandra.address(),
        "--keyspace=" + keyspace);
  }

  private void write() throws IOException {
    Figures load = CassandraTurn.figures(turns);
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
            + "Initial loads in the order of the columns:\n\n"
            + load.markdown()
            + "\nProcessor seconds by thread (compilers included):\n\n- "
            + String.join("\n- ", CassandraTurn.threads(turns))
            + "\n\n20,000 updates/s of random keys of "
            + String.format(Locale.ROOT, "%,d", Math.min(keys, CHANGED_KEYS))
            + ":\n\n"
            + updates.figures().markdown();
    Files.writeString(folder.resolve("cassandra.md"), text, StandardCharsets.UTF_8);
    Files.writeString(
        folder.resolve("cassandra.json"),
        "{\"load\": " + load.json() + ", \"live\": " + updates.figures().json() + "}\n");
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
