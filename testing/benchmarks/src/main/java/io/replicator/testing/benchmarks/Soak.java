package io.replicator.testing.benchmarks;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Hub and client at work for a long time, with a link that is cut again and again: do memory, files
 * and threads stay what they are, and is the copy right in the end?
 */
final class Soak {
  private static final Duration SAMPLE = Duration.ofSeconds(30);
  private static final Duration FAULT = Duration.ofSeconds(20);
  private static final Duration HOLE = Duration.ofSeconds(8);
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private final Path launcher;
  private final Path folder;
  private final Duration length;
  private final int keys;
  private final int changes;
  private final List<SoakSample> hubSamples = new ArrayList<>();
  private final List<SoakSample> clientSamples = new ArrayList<>();

  private Soak(Path launcher, Path folder, Duration length, int keys, int changes) {
    this.launcher = launcher;
    this.folder = folder;
    this.length = length;
    this.keys = keys;
    this.changes = changes;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int minutes = 10;
    int keys = 20_000;
    int changes = 500;
    for (int i = 1; i < arguments.length; i += 2) {
      int value = i + 1 < arguments.length ? Integer.parseInt(arguments[i + 1]) : 0;
      switch (arguments[i]) {
        case "--minutes" -> minutes = value;
        case "--keys" -> keys = value;
        case "--changes" -> changes = value;
        default ->
            throw new IllegalArgumentException(
                arguments[i] + ": expected --minutes, --changes or --keys, each with a number");
      }
    }
    if (minutes < 3 || keys < 1 || changes < 1) {
      throw new IllegalArgumentException("expected at least 3 minutes, 1 key, 1 change a second");
    }
    Path launcher = Path.of(System.getProperty("replicator.launcher"));
    Path folder = Path.of(arguments[0]);
    System.exit(new Soak(launcher, folder, Duration.ofMinutes(minutes), keys, changes).run());
  }

  private int run() throws IOException, InterruptedException {
    Files.deleteIfExists(folder.resolve("soak.md"));
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started()) {
      String hubAddress = "127.0.0.1:" + FreePort.next();
      try (Program hub =
              Program.started(
                  launcher,
                  folder,
                  List.of(
                      "hub", "--hub=" + hubAddress, "--plaindb=0", "--redis=" + source.address()));
          FaultProxy link = FaultProxy.to(hubAddress);
          Program client =
              Program.started(
                  launcher,
                  folder,
                  List.of("client", "--hub=" + link.address(), "--redis=" + target.address()))) {
        hub.awaitReady(START_LIMIT);
        client.awaitReady(START_LIMIT);
        try (SoakWorkload _ = new SoakWorkload(source.port(), keys, changes)) {
          work(hub, client, link);
        }
        link.heal();
        int equal =
            Program.run(
                launcher,
                folder,
                List.of(
                    "compare",
                    "--source=" + source.address(),
                    "--target=" + target.address(),
                    "--wait=60s"));
        return judge(equal);
      }
    }
  }

  private void work(Program hub, Program client, FaultProxy link)
      throws IOException, InterruptedException {
    print("| min | hub: heap, resident MB, files, threads | client: the same | lag s | cuts |");
    print("| ---: | --- | --- | ---: | ---: |");
    long begin = System.nanoTime();
    long nextFault = begin + FAULT.toNanos();
    long nextSample = begin + SAMPLE.toNanos();
    int cuts = 0;
    while (System.nanoTime() - begin < length.toNanos()) {
      Thread.sleep(Math.max(1, (Math.min(nextFault, nextSample) - System.nanoTime()) / 1_000_000));
      if (System.nanoTime() >= nextSample) {
        nextSample += SAMPLE.toNanos();
        hubSamples.add(SoakSample.of(hub.pid()));
        clientSamples.add(SoakSample.of(client.pid()));
        double lag = hub.status("lagSeconds");
        print(
            String.format(
                Locale.ROOT,
                "| %.1f | %s | %s | %.2f | %d |",
                (System.nanoTime() - begin) / 60e9,
                row(hubSamples.getLast()),
                row(clientSamples.getLast()),
                lag,
                cuts));
      }
      if (System.nanoTime() >= nextFault) {
        nextFault += FAULT.toNanos();
        if (cuts++ % 3 == 2) {
          link.blackhole(true);
          Thread.sleep(HOLE);
          link.blackhole(false);
        } else {
          link.cut();
        }
      }
    }
  }

  private int judge(int compareCode) throws IOException {
    List<String> found = new ArrayList<>(new SoakGrowth("hub", hubSamples).found());
    found.addAll(new SoakGrowth("client", clientSamples).found());
    if (compareCode != 0) {
      found.add("the copy is not equal in the end: compare ended with " + compareCode);
    }
    print(found.isEmpty() ? "\nnothing grew, the copy is equal" : "\n" + String.join("\n", found));
    return found.isEmpty() ? 0 : 1;
  }

  private static String row(SoakSample sample) {
    return String.format(
        Locale.ROOT,
        "%.1f, %.0f, %d, %d",
        sample.heapMegabytes(),
        sample.residentMegabytes(),
        sample.openFiles(),
        sample.threads());
  }

  private void print(String line) throws IOException {
    System.out.println(line);
    Files.writeString(
        folder.resolve("soak.md"),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
