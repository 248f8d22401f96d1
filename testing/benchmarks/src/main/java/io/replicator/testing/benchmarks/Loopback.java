package io.replicator.testing.benchmarks;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Replicator against Redis' own replication on one machine, with real processes: an initial load,
 * then live changes, first some thousand a second, then as many as the source takes.
 *
 * <p>Elapsed times say little on a machine that does something else as well; processor times hold.
 */
final class Loopback {
  private static final int CHANGED_KEYS = 100_000;
  private static final int PACED = 20_000;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path launcher;
  private final Path folder;
  private final int keys;
  private final double seconds;
  private final RedisServer source = RedisServer.started();
  private final RespClient sourceClient = new RespClient(source.port());
  private final LiveWriter writer;
  private final Figures load = new Figures("native", "Replicator");
  private final Figures live = new Figures("nobody", "native", "Replicator");
  private final Figures memory = new Figures("Replicator");

  private Loopback(Path launcher, Path folder, int keys, double seconds) {
    this.launcher = launcher;
    this.folder = folder;
    this.keys = keys;
    this.seconds = seconds;
    this.writer = new LiveWriter(source.port(), Math.min(keys, CHANGED_KEYS));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    RunOptions options = RunOptions.parse(arguments, 1_000_000, 8);
    Path launcher = Path.of(System.getProperty("replicator.launcher"));
    Loopback loopback = new Loopback(launcher, options.folder(), options.keys(), options.seconds());
    try {
      loopback.run();
    } finally {
      loopback.close();
    }
  }

  /** What an initial load took. */
  private record Load(
      double seconds,
      double copyCpu,
      double sourceCpu,
      double targetCpu,
      double wireBytes,
      double peakMegabytes) {}

  private void run() throws IOException, InterruptedException {
    say("writing the keys");
    writer.load(keys);
    say("native replication");
    Load nativeLoad;
    LiveRun.Live[] nativeLive;
    try (RedisServer target = RedisServer.started();
        RespClient targetClient = new RespClient(target.port())) {
      nativeLoad = nativeLoad(targetClient);
      nativeLive =
          LiveRun.both(
              writer, sourceClient, targetClient, target.port(), seconds, PACED, List.of());
    }
    say("nobody");
    LiveRun.Live[] alone = LiveRun.both(writer, sourceClient, null, 0, seconds, PACED, List.of());
    say("Replicator");
    writer.load(keys); // both load the same
    try (RedisServer target = RedisServer.started();
        RespClient targetClient = new RespClient(target.port())) {
      replicator(target, targetClient, nativeLoad, alone, nativeLive);
    }
    write();
  }

  private Load nativeLoad(RespClient target) {
    double sourceCpu = sourceClient.cpuSeconds();
    double targetCpu = target.cpuSeconds();
    double bytes = sourceClient.info("stats", "total_net_repl_output_bytes");
    long begun = System.nanoTime();
    target.call("REPLICAOF", "127.0.0.1", Integer.toString(source.port()));
    await(() ->
        target.call("INFO", "replication").contains("master_link_status:up")
            && number(target, "DBSIZE") >= keys);
    double took = (System.nanoTime() - begun) / 1e9;
    // The child that sent the snapshot counts when it has ended.
    await(() -> sourceClient.info("persistence", "rdb_bgsave_in_progress") == 0);
    return new Load(
        took,
        Double.NaN,
        sourceClient.cpuSeconds() - sourceCpu,
        target.cpuSeconds() - targetCpu,
        sourceClient.info("stats", "total_net_repl_output_bytes") - bytes,
        Double.NaN);
  }

  private void replicator(
      RedisServer target,
      RespClient targetClient,
      Load nativeLoad,
      LiveRun.Live[] alone,
      LiveRun.Live[] nativeLive)
      throws InterruptedException {
    String hubAddress = "127.0.0.1:" + FreePort.next();
    double memoryBefore = sourceClient.info("memory", "used_memory");
    double cpuBefore = sourceClient.cpuSeconds();
    long hubBegun = System.nanoTime();
    try (Program hub = Program.plainHub(launcher, folder, source.address(), hubAddress)) {
      hub.awaitReady(LIMIT);
      double hubReady = (System.nanoTime() - hubBegun) / 1e9;
      double hubCpu = hub.cpuSeconds();
      double scanCpu = sourceClient.cpuSeconds() - cpuBefore;
      double sourceCpu = sourceClient.cpuSeconds();
      double targetCpu = targetClient.cpuSeconds();
      long begun = System.nanoTime();
      try (Program client = client(hubAddress, target)) {
        await(() -> number(targetClient, "DBSIZE") > 0);
        double first = (System.nanoTime() - begun) / 1e9;
        await(() -> number(targetClient, "DBSIZE") >= keys);
        client.awaitReady(LIMIT);
        Load done =
            new Load(
                (System.nanoTime() - begun) / 1e9,
                hub.cpuSeconds() - hubCpu + client.cpuSeconds(),
                sourceClient.cpuSeconds() - sourceCpu,
                targetClient.cpuSeconds() - targetCpu,
                hub.status("wireBytes"),
                hub.peakMegabytes() + client.peakMegabytes());
        double sourceMemory = sourceClient.info("memory", "used_memory") - memoryBefore;
        addLoad(nativeLoad, done);
        load.add("until the first key", "s", Double.NaN, first);
        load.add("CPU of the hub", "s", Double.NaN, hub.cpuSeconds() - hubCpu);
        load.add("CPU of the client, its start included", "s", Double.NaN, client.cpuSeconds());
        load.add("before: start of the hub and its scan", "s", Double.NaN, hubReady);
        load.add("before: CPU of the hub", "s", Double.NaN, hubCpu);
        load.add("before: CPU of the source", "s", Double.NaN, scanCpu);
        requireEqual(target);
        LiveRun.Live[] measured =
            LiveRun.both(
                writer,
                sourceClient,
                targetClient,
                target.port(),
                seconds,
                PACED,
                List.of(hub, client));
        requireEqual(target);
        addLive("20,000 changes/s wanted", alone[0], nativeLive[0], measured[0]);
        addLive("at full speed", alone[1], nativeLive[1], measured[1]);
        addMemory(hub, client, sourceMemory);
      }
    }
  }

  private Program client(String hub, RedisServer target) {
    return Program.started(
        launcher,
        folder,
        List.of("client", "--databases=0", "--redis=" + target.address(), "--hub=" + hub));
  }

  private void requireEqual(RedisServer target) throws InterruptedException {
    say("comparing");
    Program.requireEqual(launcher, folder, source.address(), "--target=" + target.address());
  }

  private void addLoad(Load other, Load ours) {
    load.add("initial load", "s", other.seconds, ours.seconds);
    load.add("wire", "MB", other.wireBytes / 1e6, ours.wireBytes / 1e6);
    load.add("CPU of the source", "s", other.sourceCpu, ours.sourceCpu);
    load.add("CPU of the target", "s", other.targetCpu, ours.targetCpu);
    load.add("CPU of hub and client", "s", other.copyCpu, ours.copyCpu);
    load.add(
        "CPU of all four",
        "s",
        other.sourceCpu + other.targetCpu,
        ours.sourceCpu + ours.targetCpu + ours.copyCpu);
    load.add("memory of hub and client at most", "MB", other.peakMegabytes, ours.peakMegabytes);
  }

  private void addLive(String how, LiveRun.Live alone, LiveRun.Live other, LiveRun.Live ours) {
    LiveRun.Live[] all = {alone, other, ours};
    live.add(how + ": writes", "1/s", LiveRun.each(all, LiveRun.Live::writesPerSecond));
    live.add(how + ": applied", "1/s", LiveRun.each(all, LiveRun.Live::appliedPerSecond));
    live.add(how + ": lag, median", "ms", LiveRun.each(all, LiveRun.Live::medianMillis));
    live.add(how + ": lag, 99 %", "ms", LiveRun.each(all, LiveRun.Live::p99Millis));
    live.add(how + ": CPU of the source", "s/M", LiveRun.each(all, LiveRun.Live::sourceCpu));
    live.add(how + ": CPU of the target", "s/M", LiveRun.each(all, LiveRun.Live::targetCpu));
    live.add(how + ": CPU of hub and client", "s/M", LiveRun.each(all, LiveRun.Live::copyCpu));
  }

  private void addMemory(Program hub, Program client, double sourceMemory)
      throws InterruptedException {
    memory.add("change index", "bytes a key", hub.status("indexBytes") / hub.status("keys"));
    memory.add("hub at most (heap limit 512 MB)", "MB", hub.peakMegabytes());
    memory.add("client at most", "MB", client.peakMegabytes());
    memory.add("added in the source after the load", "MB", sourceMemory / 1e6);
  }

  private void write() throws IOException {
    String text =
        String.format(
                Locale.ROOT,
                "%s, %d processors, %s %s, Java %s, %,d JSON values of about 200 bytes%n%n",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.version(),
                keys)
            + "Initial load:\n\n"
            + load.markdown()
            + "\nLive, random keys of "
            + String.format(Locale.ROOT, "%,d", Math.min(keys, CHANGED_KEYS))
            + ", s/M = CPU seconds for a million writes:\n\n"
            + live.markdown()
            + "\nMemory:\n\n"
            + memory.markdown();
    Files.writeString(folder.resolve("loopback.md"), text);
    Files.writeString(
        folder.resolve("loopback.json"),
        "{\"load\": "
            + load.json()
            + ", \"live\": "
            + live.json()
            + ", \"memory\": "
            + memory.json()
            + "}\n");
    System.out.println(text);
  }

  private static double number(RespClient redis, String... command) {
    return Double.parseDouble(redis.call(command));
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("not complete after " + LIMIT);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static void say(String what) {
    System.err.println("loopback: " + what);
  }

  private void close() {
    writer.close();
    sourceClient.close();
    source.close();
  }
}
