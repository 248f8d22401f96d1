package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testing.benchmarks.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The emulated link, with real servers and the real program: a small load over a lossy line, and a
 * cut that heals. It needs root and network namespaces; where these are not there, that the lab
 * says so is tested instead, and the reason is printed.
 */
class WanSmokeTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path LAB = ROOT.resolve("testing/wanlab/wan");
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int KEYS = 2_000;

  @TempDir private Path folder;

  @Test
  void aSmallLoadOverALossyLinkBecomesACopy() throws Exception {
    if (!labIsHere()) {
      return;
    }
    InitialLoad small =
        new InitialLoad(
            "smoke", Data.JSON, KEYS, new Link("10mbit", 50, 1), List.of("bbr"), List.of());
    Bench bench = new Bench(ROOT, launcher(), 1, LIMIT);

    Result result = small.run(bench, Contender.replicator()); // fails if one value differs

    assertThat(result.remarks()).isEmpty();
    assertThat(result.get(Result.SECONDS)).isBetween(0.1, (double) LIMIT.toSeconds());
    assertThat(result.get(Result.DOWN_MB)).isBetween(0.02, result.get(Result.PAYLOAD_MB));
  }

  @Test
  void afterACutTheClientComesBackOverANewConnection() throws Exception {
    if (!labIsHere()) {
      return;
    }
    Bench bench = new Bench(ROOT, launcher(), 1, LIMIT);
    try (Site site = Site.open(bench, new Link("10mbit", 50, 0), Contender.replicator())) {
      Data.JSON.load(site.sourceClient(), KEYS);
      Copy copy = site.prepare();
      copy.begin();
      RespClient target = site.targetClient();
      Waiting.require(LIMIT, "the load", () -> Targets.hasAll(target, KEYS));
      Targets.requireEqual(site, KEYS, LIMIT);
      long there = Targets.keys(target); // the copy, and where it stands
      double before = connections(copy);

      site.lab().cut();
      site.lab().counters(); // an answer says that the cut was made
      for (int i = 0; i < 200; i++) {
        site.sourceClient().call("SET", "changed:" + i, "while cut");
      }
      Waiting.pause(Duration.ofSeconds(8)); // a ping, no answer, other connections are tried
      assertThat(Targets.keys(target)).isEqualTo(there);
      site.lab().heal();

      Waiting.require(LIMIT, "what changed", () -> Targets.keys(target) >= there + 200);
      assertThat(Targets.value(target, "changed:199")).isEqualTo("while cut");
      Targets.requireEqual(site, KEYS, LIMIT);
      Waiting.require(LIMIT, "a new connection", () -> connections(copy) > before);
      assertThat(site.syncs(copy)).as("loads").isEqualTo(1);
    }
  }

  private static double connections(Copy copy) {
    return ((Copy.Replicator) copy).hubNumber("connections");
  }

  /** Hub and client with the classes of this build: nothing is built while a build runs. */
  private Path launcher() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            "exec",
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.lettuce.core.iouring=false",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            "'" + System.getProperty("java.class.path") + "'",
            "io.replicator.command.cli.Main",
            "\"$@\"");
    Path script = folder.resolve("replicator");
    Files.writeString(script, "#!/bin/sh\n" + String.join(" ", command) + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  /** If not, what is asked for must be refused with a reason. */
  private boolean labIsHere() throws Exception {
    Map<Integer, String> probe = ran(LAB.toString(), "probe");
    boolean relay = Files.exists(Path.of("/dev/net/tun")) && ran("gcc", "--version").containsKey(0);
    if (probe.containsKey(0) && (relay || probe.containsValue("netem\n"))) {
      return true;
    }
    Map<Integer, String> refused = ran(LAB.toString(), "up", "smoke");
    System.out.println("no emulated link here, its refusal is tested instead: " + refused);
    assertThat(refused).doesNotContainKey(0);
    assertThat(refused.values()).allSatisfy(text -> assertThat(text).contains("wan: "));
    return false;
  }

  /** What a command printed, by its exit code. */
  private Map<Integer, String> ran(String... command) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
    builder.environment().put("WAN_DIR", folder.resolve("wanlab").toString());
    try {
      Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return Map.of(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Map.of(127, String.valueOf(e.getMessage()));
    }
  }
}
