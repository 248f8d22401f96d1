package io.replicator.testing.cassandra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
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
 * A node of Cassandra, alone on 127.0.0.1 or of a {@link CassandraCluster}, on free ports, with its
 * data in a temporary folder. {@link #kill} is kill -9; {@link #start} brings it back with the same
 * ports and data.
 */
public final class CassandraServer implements AutoCloseable {
  /** The name of the only data centre. */
  public static final String DATACENTER = "datacenter1";

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final List<String> OPENED =
      List.of(
          "java.base/jdk.internal.misc",
          "java.base/sun.nio.ch",
          "java.base/java.lang.module",
          "java.base/jdk.internal.loader",
          "java.base/jdk.internal.ref",
          "java.base/jdk.internal.reflect",
          "java.base/jdk.internal.math",
          "java.base/jdk.internal.module",
          "java.base/jdk.internal.util.jar",
          "java.base/java.io",
          "java.base/java.lang",
          "java.base/java.nio",
          "java.base/java.lang.reflect",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/java.net",
          "java.management.rmi/com.sun.jmx.remote.internal.rmi",
          "java.rmi/sun.rmi.registry",
          "java.rmi/sun.rmi.server",
          "java.rmi/sun.rmi.transport.tcp",
          "jdk.management/com.sun.management.internal");

  private final Path folder;
  private final ServerOptions options;
  private final NodePlace place;
  private @Nullable Process process;

  private CassandraServer(Path folder, ServerOptions options, NodePlace place) {
    this.folder = folder;
    this.options = options;
    this.place = place;
  }

  /** Starts a server that lets everybody in, without TLS. */
  public static CassandraServer started() {
    return started(ServerOptions.DEFAULTS);
  }

  public static CassandraServer started(ServerOptions options) {
    return startedAt(options, NodePlace.alone(0));
  }

  /** Runs one on this port until the process is interrupted. */
  public static void main(String[] arguments) throws InterruptedException {
    CassandraServer server =
        startedAt(
            ServerOptions.DEFAULTS.withDurability(),
            NodePlace.alone(Integer.parseInt(arguments[0])));
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    System.out.println("Cassandra is up at " + server.address() + ", interrupt to end it");
    new java.util.concurrent.CountDownLatch(1).await();
  }

  static CassandraServer startedAt(ServerOptions options, NodePlace place) {
    try {
      CassandraServer server =
          new CassandraServer(Files.createTempDirectory("replicator-cassandra"), options, place);
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the process and waits until it takes connections of clients. */
  public void start() {
    try {
      Files.writeString(folder.resolve("cassandra.yaml"), options.yaml(place));
      Files.writeString(folder.resolve("logback.xml"), LOGBACK);
      process =
          new ProcessBuilder(command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitPort();
  }

  public int port() {
    return place.port();
  }

  /** "127.0.0.1:9042". */
  public String address() {
    return place.host() + ":" + place.port();
  }

  /** kill -9. */
  public void kill() {
    Process running = process;
    if (running == null) {
      return;
    }
    running.destroyForcibly();
    try {
      if (!running.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("Cassandra does not end, pid " + running.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process = null;
  }

  /** kill -STOP: it keeps its connections and answers nothing, until {@link #resume}. */
  public void pause() {
    signal("STOP");
  }

  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("Cassandra is not running");
    }
    try {
      int code =
          new ProcessBuilder("kill", "-" + name, Long.toString(running.pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + name + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Seconds of processor time it has used since its start. */
  public double cpuSeconds() {
    Process running = process;
    return running == null
        ? 0
        : running.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** The last lines of its log. */
  public String tail() {
    try {
      List<String> lines = Files.readString(log()).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log() {
    return folder.resolve("out.log");
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(ServerJava.program().toString());
    command.addAll(
        List.of(
            "-Xms256m",
            "-Xmx" + options.heapMegabytes() + "m",
            "-XX:+UseSerialGC",
            "-XX:MaxDirectMemorySize=256m",
            "-XX:TieredStopAtLevel=" + options.compilerLevel(),
            "-XX:-UsePerfData",
            "-Djdk.attach.allowAttachSelf=true",
            "-Dlogback.configurationFile=" + folder.resolve("logback.xml"),
            "-Dcassandra.config=" + folder.resolve("cassandra.yaml").toUri(),
            "-Dcassandra.storagedir=" + folder,
            "-Dcassandra.logdir=" + folder,
            "-Dcassandra-foreground=yes",
            "-Dcassandra.ring_delay_ms=100",
            "-Dcassandra.skip_wait_for_gossip_to_settle=0",
            "-Dcassandra.superuser_setup_delay_ms=0",
            "-Dcassandra.jmx.local.port=" + place.jmxPort()));
    for (String module : OPENED) {
      command.add("--add-exports=" + module + "=ALL-UNNAMED");
      command.add("--add-opens=" + module + "=ALL-UNNAMED");
    }
    command.addAll(
        List.of("-cp", ServerJars.classPath(), "org.apache.cassandra.service.CassandraDaemon"));
    return command;
  }

  private void awaitPort() {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      Process running = process;
      if (running == null || !running.isAlive() || System.nanoTime() - end > 0) {
        throw new IllegalStateException("Cassandra did not start:\n" + tail());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(place.host(), place.port()), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static final String LOGBACK =
      """
      <configuration>
        <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n</pattern></encoder>
        </appender>
        <root level="WARN"><appender-ref ref="OUT"/></root>
      </configuration>
      """;
}
