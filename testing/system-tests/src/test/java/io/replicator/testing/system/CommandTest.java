package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as operators and scripts meet it: signals, pipes, status, pages, exit codes. */
final class CommandTest {
  private static final String DRAINS = "clients get what is on its way to them";

  @TempDir private Path folder = Path.of("");

  private final RedisServer source = RedisServer.started();
  private final RedisServer target = RedisServer.started();
  private final Redis atSource = new Redis(source.port());
  private final Redis atTarget = new Redis(target.port());

  @AfterEach
  void stop() {
    atSource.close();
    atTarget.close();
    source.close();
    target.close();
  }

  @Test
  void hubDrainsOnSigtermAndAtOnceWithNowaitAndTheClientGoesOnWhereItWas() {
    try (Sides sides = new Sides(folder, "drain");
        FaultProxy link = FaultProxy.to("127.0.0.1", port(sides.hubAddress()))) {
      hub(sides);
      sides.clientOf(link.address(), "--databases", "0", "--redis", target.address());
      atSource.run("SET beat 1");
      sides.until("the beat", () -> atTarget.run("GET beat").equals("1"));

      link.stall(FaultProxy.Direction.TO_CLIENT, true);
      atSource.send("SET", "on-its-way", "x".repeat(5_000));
      sides.until(
          "it is on its way", () -> !sides.pages(0).status().contains("\"unackedBytes\":0,"));
      sides.process(0).askToEnd();
      sides.until("it drains", () -> sides.pages(0).code("/readyz") == 503);
      assertThat(sides.process(0).isAlive()).isTrue();
      link.stall(FaultProxy.Direction.TO_CLIENT, false);
      sides.until("the hub has ended", () -> !sides.process(0).isAlive());
      assertThat(sides.process(0).exitCode()).isZero();
      assertThat(sides.process(0).output()).contains(DRAINS);
      assertThat(atTarget.run("EXISTS on-its-way")).isEqualTo("1");

      hub(sides, "-nowait");
      atSource.run("SET beat 2");
      sides.until("the beat goes on", () -> atTarget.run("GET beat").equals("2"));
      link.stall(FaultProxy.Direction.TO_CLIENT, true);
      atSource.run("SET beat 3");
      sides.until(
          "beat 3 is on its way", () -> !sides.pages(2).status().contains("\"unackedBytes\":0,"));
      assertThat(sides.process(2).terminate(Sides.LIMIT)).isZero();
      assertThat(sides.process(2).output()).as("of both hubs").containsOnlyOnce(DRAINS);
      assertThat(atTarget.run("GET beat")).isEqualTo("2");
      link.heal();

      hub(sides);
      sides.awaitEqual(source.address(), target.address(), 0);
      assertThat(sides.process(1).terminate(Sides.LIMIT)).isZero();
    }
  }

  @Test
  void statusMetricsAndReadinessTellHowItGoes() {
    atSource.run("MSET a 1 b 2 c 3");
    try (Sides sides = new Sides(folder, "status")) {
      sides.hub(
          "--databases",
          "0,4",
          "--plaindb",
          "0",
          "--keep-alive",
          "1s",
          "--redis",
          source.address());
      sides.client("--databases", "0", "--redis", target.address(), "--name", "branch-7");
      sides.awaitEqual(source.address(), target.address(), 0);
      sides.until("the client is ready", () -> sides.pages(1).code("/readyz") == 200);

      // The hub tells the client how old its copy is.
      sides.awaitStatus(1, "\"lagMillis\":0");

      // Database 4 has no version chain: the hub waits for one, and says so.
      assertThat(sides.pages(0).code("/readyz")).isEqualTo(503);
      assertThat(sides.pages(0).body("/readyz")).contains("database 4").contains("plaindb");
      assertThat(sides.pages(0).code("/healthz")).isEqualTo(200);
      assertThat(sides.pages(0).body("/metrics"))
          .contains("replicator_database_keys{database=\"0\"} 3")
          .contains("replicator_feed_keys_sent");
      assertThat(sides.pages(1).body("/metrics"))
          .contains("replicator_client_connected 1")
          .contains("replicator_client_feed_loaded_keys_total");

      String hub = "127.0.0.1:" + sides.pages(0).port();
      String client = "127.0.0.1:" + sides.pages(1).port();
      Ran both = run("status", "--http", hub + "," + client);
      assertThat(both.code).as(both.output).isEqualTo(1);
      assertThat(both.output)
          .contains("== " + hub)
          .contains("== " + client)
          .contains("branch-7")
          .contains("lag");
      Ran json = run("status", "--json", "--http", client);
      assertThat(json.code).as(json.output).isZero();
      assertThat(json.output).startsWith("{").contains("\"ready\":true").endsWith("}\n");
      Ran nobody = run("status", "--http", "127.0.0.1:1");
      assertThat(nobody.code).isEqualTo(2);
      assertThat(nobody.output).contains("127.0.0.1:1 does not answer");
    }
  }

  @Test
  void printEndsWhenItsReaderIsGone() throws IOException {
    atSource.run("MSET a 1 b 2 c 3 d 4 e 5");
    try (Sides sides = new Sides(folder, "print")) {
      hub(sides);
      List<String> command = new ArrayList<>();
      Path log = folder.resolve("print.log");
      command.addAll(
          List.of(
              "bash",
              "-c",
              "\"$@\" 2>" + log + " | head -n 3; echo \"code ${PIPESTATUS[0]}\"",
              "bash"));
      command.addAll(
          ReplicatorProcess.command(
              "client",
              "--hub",
              sides.hubAddress(),
              "--databases",
              "0",
              "--print",
              "--http",
              "off"));
      Path printed = folder.resolve("printed");
      Process pipe =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(printed.toFile())
              .start();
      try {
        sides.until(
            "the pipe has ended",
            () -> {
              atSource.run("INCR a");
              return !pipe.isAlive();
            });
      } finally {
        pipe.descendants().forEach(ProcessHandle::destroyForcibly);
        pipe.destroyForcibly();
      }
      String output = Files.readString(printed);
      assertThat(output.lines().toList()).as(output).hasSize(4);
      assertThat(output.lines().limit(3))
          .allMatch(line -> line.startsWith("{\"database\":0,\"key\":\""));
      assertThat(output).endsWith("code 2\n");
      assertThat(Files.readString(log)).contains("its reader is gone");
    }
  }

  private void hub(Sides sides, String... more) {
    List<String> options =
        new ArrayList<>(List.of("--databases", "0", "--plaindb", "0", "--redis", source.address()));
    options.addAll(List.of(more));
    sides.hub(options.toArray(String[]::new));
  }

  private record Ran(int code, String output) {}

  private static Ran run(String... args) {
    try {
      Process process =
          new ProcessBuilder(ReplicatorProcess.command(args)).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ran(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }
}
