package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One way to keep a target a copy of a source: prepared when made, it copies from begin on. */
sealed interface Copy extends AutoCloseable {
  /** The target begins to follow its source. */
  void begin();

  /** Follows again over a new connection, from where it stands. */
  void reconnect(RespClient source);

  /** Fails if a process that should run has ended. */
  void check();

  /** What stands beside the source, empty = nothing. */
  List<Child> nearSource();

  /** What stands beside the target, empty = nothing. */
  List<Child> nearTarget();

  @Override
  void close();

  /** Redis' own replication, to an address at the target's side. */
  record Replication(
      Server target, String host, int port, List<Child> nearSource, List<Child> nearTarget)
      implements Copy {
    @Override
    public void begin() {
      try (RespClient redis = target.client()) {
        redis.call("REPLICAOF", host, Integer.toString(port));
      }
    }

    @Override
    public void reconnect(RespClient source) {
      source.call("CLIENT", "KILL", "TYPE", "replica");
    }

    @Override
    public void check() {
      nearSource.forEach(Child::requireAlive);
      nearTarget.forEach(Child::requireAlive);
    }

    @Override
    public void close() {
      nearTarget.forEach(Child::close);
      nearSource.forEach(Child::close);
    }
  }

  /** A hub that runs already and a client that {@link #begin} starts. */
  final class Replicator implements Copy {
    private final ReplicatorPrograms programs;
    private Child hub;
    private List<Child> clients = List.of();

    Replicator(ReplicatorPrograms programs, Child hub) {
      this.programs = programs;
      this.hub = hub;
    }

    @Override
    public void begin() {
      clients = List.of(programs.startClient());
    }

    @Override
    public void reconnect(RespClient source) {
      clients.forEach(Child::close);
      begin();
    }

    @Override
    public void check() {
      hub.requireAlive();
      clients.forEach(Child::requireAlive);
    }

    /** A new process in its place: its history is gone. */
    void restartHub() {
      hub.close();
      hub = programs.startHub();
    }

    /** Until {@link #begin}. */
    void endClients() {
      clients.forEach(Child::close);
      clients = List.of();
    }

    /** What the hub says of itself. */
    String hubPage() {
      return programs.page(Side.SOURCE, ReplicatorPrograms.HUB_HTTP, "/status");
    }

    /** A number of this name in what the hub says of itself; all of them added up. */
    double hubNumber(String name) {
      String status = programs.page(Side.SOURCE, ReplicatorPrograms.HUB_HTTP, "/status");
      Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*(-?[0-9.]+)").matcher(status);
      double sum = Double.NaN;
      while (found.find()) {
        sum = (Double.isNaN(sum) ? 0 : sum) + Double.parseDouble(found.group(1));
      }
      return sum;
    }

    @Override
    public List<Child> nearSource() {
      return List.of(hub);
    }

    @Override
    public List<Child> nearTarget() {
      return clients;
    }

    @Override
    public void close() {
      clients.forEach(Child::close);
      hub.close();
    }
  }
}
