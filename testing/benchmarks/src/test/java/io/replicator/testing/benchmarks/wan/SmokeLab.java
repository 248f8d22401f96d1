package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The lab for tests: whether it can be had here, and the program as this build has it. */
final class SmokeLab {
  static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path LAB = ROOT.resolve("testing/wanlab/wan");

  private SmokeLab() {}

  /** Hub and client with the classes of this build: nothing is built while a build runs. */
  static Path launcher(Path folder) throws IOException {
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
  static boolean isHere(Path folder) throws Exception {
    Map<Integer, String> probe = ran(folder, LAB.toString(), "probe");
    boolean relay =
        Files.exists(Path.of("/dev/net/tun")) && ran(folder, "gcc", "--version").containsKey(0);
    if (probe.containsKey(0) && (relay || probe.containsValue("netem\n"))) {
      return true;
    }
    Map<Integer, String> refused = ran(folder, LAB.toString(), "up", "smoke");
    System.out.println("no emulated link here, its refusal is tested instead: " + refused);
    assertThat(refused).doesNotContainKey(0);
    assertThat(refused.values()).allSatisfy(text -> assertThat(text).contains("wan: "));
    return false;
  }

  /** What a command printed, by its exit code. */
  private static Map<Integer, String> ran(Path folder, String... command) throws Exception {
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
