package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.FreePort;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The Cassandra that docs/cassandra.md has users start, by that script, on a port of its own. */
final class CassandraScript implements AutoCloseable {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Process process;
  private final Path log;
  private final int port;

  private CassandraScript(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /** Runs the document's line, and waits until it says that the server is up. */
  static CassandraScript started(Path doc, Path folder) throws IOException {
    String line =
        Files.readAllLines(doc).stream()
            .map(String::strip)
            .filter(text -> text.startsWith("testing/cassandra-server/start "))
            .findFirst()
            .orElseThrow();
    assertThat(line).endsWith(" 9042");
    int port = FreePort.next();
    // where the build runs in the background interrupts are ignored, and children inherit that
    List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT"));
    words.addAll(List.of(line.replace("9042", Integer.toString(port)).split(" ", -1)));
    Path log = folder.resolve("cassandra-script.log");
    ProcessBuilder builder = new ProcessBuilder(words).directory(ROOT.toFile());
    builder.environment().putIfAbsent("MAVEN_ARGUMENTS", "-o");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    CassandraScript script = new CassandraScript(process, log, port);
    try {
      Await.until(LIMIT, "the script says that it is up", script::isUp);
    } catch (AssertionError e) {
      script.close();
      throw new AssertionError(e.getMessage() + "\n" + script.output(), e);
    }
    return script;
  }

  private boolean isUp() {
    assertThat(process.isAlive()).as(output()).isTrue();
    return output().contains("Cassandra is up at " + address() + ", interrupt to end it");
  }

  int port() {
    return port;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  private String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Interrupts it, as Ctrl-C does: it has to end, and the server with it. */
  @Override
  public void close() {
    try {
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      assertThat(ended).as("it ends when it is interrupted: %s", output()).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
