package io.replicator.command.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis server process on 127.0.0.1, on a free port, with its data in a temporary folder.
 * {@link #kill} is kill -9; {@link #start} brings it back on the same port with the same data
 * folder.
 */
public final class RedisServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Path binary;
  private final Path folder;
  private final int port;
  private final List<String> options;
  private @Nullable Process process;

  private RedisServer(Path binary, Path folder, int port, List<String> options) {
    this.binary = binary;
    this.folder = folder;
    this.port = port;
    this.options = options;
  }

  /**
   * Starts a server.
   *
   * @param options configuration directives as the command line takes them: "--appendonly", "yes"
   */
  public static RedisServer started(String... options) {
    return startedFrom(RedisBinary.path(), options);
  }

  /** The same with another binary. */
  public static RedisServer startedFrom(Path binary, String... options) {
    try {
      Path folder = Files.createTempDirectory("replicator-redis");
      RedisServer server = new RedisServer(binary, folder, FreePort.next(), List.of(options));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the process and waits until it answers PING. */
  public void start() {
    launch();
    awaitAnswer();
  }

  /** Starts the process and waits for nothing: it may have much to load. */
  public void launch() {
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir"));
    command.add(folder.toString());
    command.addAll(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
    command.addAll(List.of("--logfile", "redis.log", "--daemonize", "no"));
    command.addAll(options);
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("out.log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** "127.0.0.1:port". */
  public String address() {
    return "127.0.0.1:" + port;
  }

  public Path folder() {
    return folder;
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Ends the process at once, as kill -9 does. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      waitFor(running);
    }
  }

  /** Stops the process from running (SIGSTOP) or lets it go on (SIGCONT). */
  public void setStopped(boolean stopped) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("the server does not run");
    }
    try {
      Process kill =
          new ProcessBuilder("kill", stopped ? "-STOP" : "-CONT", Long.toString(running.pid()))
              .start();
      waitFor(kill);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(RedisServer::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a server that was launched answers PING. */
  public void awaitAnswer() {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "redis-server on port "
                + port
                + " does not answer within "
                + START_LIMIT
                + ": "
                + log());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private boolean answers() {
    if (!isAlive()) {
      throw new IllegalStateException("redis-server ended: " + log());
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      int first = in.read();
      // "+PONG", or an error that wants a password: it runs. "-LOADING": not yet.
      String line = (char) first + new String(in.readNBytes(4), StandardCharsets.US_ASCII);
      return line.equals("+PONG") || line.startsWith("-NOAU") || line.startsWith("-NOPE");
    } catch (IOException e) {
      return false;
    }
  }

  private String log() {
    Path log = folder.resolve("redis.log");
    Path out = folder.resolve("out.log");
    try {
      return (Files.exists(log) ? Files.readString(log) : "")
          + (Files.exists(out) ? Files.readString(out) : "");
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void waitFor(Process process) {
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
