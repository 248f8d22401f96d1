package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive that {@code mvn -Pdist package} makes, unpacked and used as an operator does: by its
 * launcher, with the original usage to the letter. Runs in {@code mvn -Pdist verify}, as {@code
 * ./verify} does.
 */
final class ArchiveTest {
  private static final Path MADE = Path.of("../../command/cli/target").toAbsolutePath().normalize();

  @TempDir private Path folder = Path.of("");

  private Path home = Path.of("");
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void unpack() throws Exception {
    Path archive;
    try (Stream<Path> files = Files.list(MADE)) {
      archive =
          files
              .filter(file -> file.toString().endsWith(".tar.gz"))
              .findFirst()
              .orElseThrow(() ->
                  new AssertionError(
                      "no archive in " + MADE + ": make it with mvn -Pdist package"));
    }
    Run tar = run("tar", "xzf", archive.toString(), "-C", folder.toString());
    assertThat(tar.code).as(tar.output).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      home = files.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }

  @Test
  void hubClientAndCompareRunFromIt() throws Exception {
    String hub = "127.0.0.1:" + FreePort.next();
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port())) {
      atSource.run("MSET a 1 b 2");
      atSource.run("SELECT 5");
      atSource.run("RPUSH version:1 quote");
      atSource.run("MSET quote 131.2 version 1");
      try {
        start(
            "hub",
            "-server",
            "-databases",
            "5,0",
            "-plaindb",
            "0",
            "-redis",
            source.address(),
            "-hub",
            hub);
        start("client", "-hub", hub, "-databases", "5,0", "-redis", target.address());
        await("database 0", () -> atTarget.run("GET b").equals("2"));
        atTarget.run("SELECT 5");
        await("database 5", () -> atTarget.run("GET version").equals("1"));
      } finally {
        started.forEach(ArchiveTest::end);
      }
      Run equal =
          replicator(
              "compare",
              "--source",
              source.address(),
              "--target",
              target.address(),
              "--databases",
              "5,0");
      assertThat(equal.code).as(equal.output).isZero();
      atTarget.run("SET quote other");
      Run differs =
          replicator(
              "compare",
              "--source",
              source.address(),
              "--target",
              target.address(),
              "--databases",
              "5,0");
      assertThat(differs.code).as(differs.output).isEqualTo(1);
      assertThat(differs.output).contains("quote");
    }
  }

  @Test
  void itsExampleConfigurationsAreTaken() throws Exception {
    for (String side : List.of("hub", "client")) {
      Run run =
          replicator(
              side, "--config", home.resolve("etc/" + side + ".yaml").toString(), "--share", "99");
      assertThat(run.code).as(run.output).isEqualTo(2);
      assertThat(run.output).contains("--share").doesNotContain(".yaml:");
    }
  }

  @Test
  void itsUnitsNameWhatIsThereAndSystemdTakesThem() throws Exception {
    Path units = home.resolve("systemd");
    List<String> words = new ArrayList<>(List.of("systemd-analyze", "verify"));
    try (Stream<Path> files = Files.list(units)) {
      for (Path unit : files.toList()) {
        String text = Files.readString(unit);
        assertThat(text).contains("ExecStart=/opt/replicator/replicator ");
        Files.writeString(unit, text.replace("/opt/replicator", home.toString()));
        words.add(unit.toString());
      }
    }
    assertThat(words).hasSize(4);
    boolean systemd =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "systemd-analyze")));
    if (systemd) {
      Run verified = run(words.toArray(String[]::new));
      assertThat(verified.code).as(verified.output).isZero();
      assertThat(verified.output).doesNotContain("Unknown").doesNotContain("not executable");
    }
  }

  private void start(String log, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(home.resolve("replicator").toString()));
    command.addAll(List.of(args));
    command.addAll(List.of("--http", "off"));
    started.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(log + ".log").toFile())
            .start());
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    try {
      Await.until(Sides.LIMIT, what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log("hub") + "\n" + log("client"), e);
    }
  }

  private String log(String name) {
    try {
      return Files.readString(folder.resolve(name + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The launcher becomes the program, so SIGTERM reaches it; its end must be clean. */
  private static void end(Process process) {
    process.destroy();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isZero();
  }

  private record Run(int code, String output) {}

  private Run replicator(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(home.resolve("replicator").toString()));
    command.addAll(List.of(args));
    return run(command.toArray(String[]::new));
  }

  private Run run(String... command) throws Exception {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("still runs: " + Files.readString(output));
    }
    return new Run(process.exitValue(), Files.readString(output));
  }
}
