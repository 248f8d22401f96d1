package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * One contender on one link, with its servers: everything that runs during one measurement. Closing
 * it stops all of it, in reverse order.
 */
final class Site implements AutoCloseable {
  private static final int TUNNEL_PORT = 6500;
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>(); // closed at exit too
  private final Bench bench;
  private final Contender contender;
  private final Path folder;
  private final Lab lab;
  private final Server source;
  private final Server target;
  private final RespClient sourceClient;
  private final RespClient targetClient;

  private Site(Bench bench, Link link, Contender contender) {
    this.bench = bench;
    this.contender = contender;
    this.folder = bench.newLogFolder(contender);
    bench.closeAtEnd(this);
    try {
      lab = started(Lab.up(bench.wanScript(), link, contender.congestionControl()));
      bench.emulatedBy(lab.emulator());
      source = started(Server.started(lab, Side.SOURCE, folder, contender.redisOptions()));
      target = started(Server.started(lab, Side.TARGET, folder, List.of()));
      sourceClient = started(source.client());
      targetClient = started(target.client());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Link and servers; nothing copies yet. */
  static Site open(Bench bench, Link link, Contender contender) {
    return new Site(bench, link, contender);
  }

  Lab lab() {
    return lab;
  }

  Server source() {
    return source;
  }

  Server target() {
    return target;
  }

  /** A connection of the measuring thread. */
  RespClient sourceClient() {
    return sourceClient;
  }

  /** A connection of the measuring thread. */
  RespClient targetClient() {
    return targetClient;
  }

  Path folder() {
    return folder;
  }

  /** What copies database 0, ready to begin. */
  Copy prepare() {
    return prepare("0", "", List.of());
  }

  /** What copies, ready to begin: hub scanned, tunnel listening. Databases are Replicator's. */
  Copy prepare(String databases, String hubConfig, List<String> clientOptions) {
    return started(
        switch (contender.kind()) {
          case NATIVE ->
              new Copy.Replication(
                  target, Side.SOURCE.address(), Server.PORT, List.of(), List.of());
          case TUNNEL -> tunnel();
          case REPLICATOR -> {
            ReplicatorPrograms programs =
                new ReplicatorPrograms(
                    bench.launcher(), lab, folder, contender, databases, hubConfig, clientOptions);
            yield new Copy.Replicator(programs, programs.startHub());
          }
        });
  }

  private Copy tunnel() {
    Child far = tunnelEnd(Side.SOURCE, "far", Side.SOURCE.address(), "127.0.0.1", Server.PORT);
    Child near = tunnelEnd(Side.TARGET, "near", "127.0.0.1", Side.SOURCE.address(), TUNNEL_PORT);
    return new Copy.Replication(target, "127.0.0.1", TUNNEL_PORT, List.of(far), List.of(near));
  }

  private Child tunnelEnd(Side side, String end, String listen, String onward, int onwardPort) {
    Path log = folder.resolve("tunnel-" + end + ".log");
    List<String> command = new ArrayList<>(bench.javaCommand("-Xmx64m", "-XX:+UseSerialGC"));
    command.addAll(List.of(ZstdTunnel.class.getName(), end, listen));
    command.addAll(List.of(Integer.toString(TUNNEL_PORT), onward));
    command.addAll(List.of(Integer.toString(onwardPort)));
    command.add(Integer.toString(contender.zstdLevel()));
    Child child = started(new Child("tunnel " + end, log, lab.start(side, log, Map.of(), command)));
    Waiting.require(
        START_LIMIT,
        child.name(),
        () -> {
          child.requireAlive();
          return child.tail().contains("listening");
        });
    return child;
  }

  /** Clients in one process at the source's side, connected to the hub there. */
  SwarmProcess swarm(String name, int clients, int measured) {
    Path log = folder.resolve("swarm-" + name + ".log");
    List<String> command = new ArrayList<>(bench.javaCommand("-Xmx1g", "-XX:+UseSerialGC"));
    command.addAll(List.of(Swarm.class.getName(), Side.SOURCE.address()));
    command.add(Integer.toString(ReplicatorPrograms.HUB_PORT));
    command.addAll(List.of(Integer.toString(clients), Integer.toString(measured)));
    Process process = lab.start(Side.SOURCE, log, Map.of(), command);
    return started(new SwarmProcess(new Child("swarm " + name, log, process), log, clients));
  }

  /** How often the target was loaded anew. */
  double syncs(Copy copy) {
    return switch (copy) {
      case Copy.Replication _ -> sourceClient.info("stats", "sync_full");
      case Copy.Replicator replicator -> replicator.hubNumber("snapshots");
    };
  }

  /** Keeps something to be closed with the site. */
  <T extends AutoCloseable> T started(T part) {
    parts.addFirst(part);
    return part;
  }

  @Override
  public void close() {
    for (AutoCloseable part = parts.pollFirst(); part != null; part = parts.pollFirst()) {
      try {
        part.close();
      } catch (Exception e) {
        bench.say("could not be closed: " + e);
      }
    }
  }
}
