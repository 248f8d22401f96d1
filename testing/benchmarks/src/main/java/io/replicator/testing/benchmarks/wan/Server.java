package io.replicator.testing.benchmarks.wan;

import io.replicator.command.redis.RedisBinary;
import io.replicator.testing.benchmarks.RespClient;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A redis-server on one side of a lab, watched by a Unix socket. */
final class Server implements AutoCloseable {
  static final int PORT = 6400;
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final Child child;
  private final Path socket;

  private Server(Child child, Path socket) {
    this.child = child;
    this.socket = socket;
  }

  /**
   * Starts one and waits until it answers.
   *
   * @param folder its data and its socket; short, for a socket's path is at most 107 bytes
   * @param options further directives: "--repl-backlog-size", "64mb"
   */
  static Server started(Lab lab, Side side, Path folder, List<String> options) {
    String name = "redis-" + side.letter();
    Path socket = folder.resolve(name + ".sock");
    List<String> command = new ArrayList<>(List.of(RedisBinary.path().toString()));
    command.addAll(List.of("--port", Integer.toString(PORT), "--bind", "0.0.0.0"));
    command.addAll(List.of("--protected-mode", "no", "--unixsocket", socket.toString()));
    command.addAll(List.of("--dir", folder.toString(), "--dbfilename", name + ".rdb"));
    command.addAll(List.of("--save", "", "--daemonize", "no", "--enable-debug-command", "yes"));
    command.addAll(List.of("--repl-diskless-sync-delay", "0"));
    command.addAll(options);
    Path log = folder.resolve(name + ".log");
    Child child = new Child(name, log, lab.start(side, log, Map.of(), command));
    Server server = new Server(child, socket);
    try {
      Waiting.require(START_LIMIT, name + " answers", server::answers);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private boolean answers() {
    child.requireAlive();
    try (RespClient client = client()) {
      return client.call("PING").equals("PONG");
    } catch (UncheckedIOException e) {
      return false; // no socket yet
    }
  }

  /** One more connection to it. */
  RespClient client() {
    return new RespClient(socket);
  }

  double megabytes() {
    return child.megabytes();
  }

  @Override
  public void close() {
    child.close();
  }
}
