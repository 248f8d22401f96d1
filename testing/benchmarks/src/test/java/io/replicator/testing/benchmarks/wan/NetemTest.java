package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What wanlab asks of the kernel where it has netem, and how it finds out that it has. */
class NetemTest {
  private static final Path NETEM = Path.of("../wanlab/netemlink").toAbsolutePath().normalize();

  @TempDir private Path folder;

  @Test
  void aLinkIsAVethPairWithANetemAtEachEnd() throws Exception {
    assertThat(
            print("--rate", "10mbit", "--delay", "50ms", "--loss", "1%", "--b2a-rate", "512kbit"))
        .contains(
            "ip link add wan0 netns NS-a type veth peer name wan0 netns NS-b",
            // a queue of one bandwidth-delay product (125,000 bytes) and what is in the delay line
            "ip netns exec NS-a tc qdisc add dev wan0 root netem limit 126 delay 50000us"
                + " loss 1% rate 10000000bit",
            "ip netns exec NS-b tc qdisc add dev wan0 root netem limit 47 delay 50000us"
                + " loss 1% rate 512000bit");
  }

  @Test
  void anUnlimitedLinkHasNoRateAndLossesInBurstsAreAGilbertModel() throws Exception {
    assertThat(print("--delay", "20ms", "--jitter", "2ms", "--loss", "3%", "--burst", "8"))
        .contains(
            "ip netns exec NS-a tc qdisc add dev wan0 root netem limit 200000 delay 20000us 2000us"
                + " loss gemodel 0.3866% 12.5000%");
  }

  @Test
  void whereUdpIsBlockedItIsDroppedBeforeNetem() throws Exception {
    assertThat(print("--a2b-block", "udp"))
        .contains(
            "ip netns exec NS-a tc qdisc replace dev wan0 clsact",
            "ip netns exec NS-a tc filter add dev wan0 egress protocol ip"
                + " u32 match ip protocol 17 0xff action drop")
        .noneMatch(line -> line.contains("NS-b") && line.contains("filter"));
  }

  @Test
  void whatCannotBeMeantIsRefused() throws Exception {
    assertThat(ran(NETEM.toString(), "--print", "--rate", "fast"))
        .endsWith("netemlink: refused: --rate fast", "ended with 1");
    assertThat(ran(NETEM.toString(), "--print", "--lost", "1%"))
        .endsWith("netemlink: refused: --lost 1%", "ended with 1");
  }

  @Test
  void netemIsThereIfAQdiscOfItCanBeAdded() throws Exception {
    stub("ip", "shift 3; exec \"$@\"\n"); // ip netns exec NS tc …
    stub("tc", "exit 0\n");
    assertThat(ran(NETEM.toString(), "--probe", "any")).containsExactly("ended with 0");
    stub("tc", "echo 'Error: Specified qdisc kind is unknown.' >&2; exit 2\n");
    assertThat(ran(NETEM.toString(), "--probe", "any")).containsExactly("ended with 1");
  }

  private List<String> print(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(NETEM.toString(), "--print"));
    command.addAll(List.of(options));
    List<String> lines = ran(command.toArray(String[]::new));
    assertThat(lines.getLast()).isEqualTo("ended with 0");
    return lines;
  }

  private void stub(String name, String body) throws IOException {
    Path stub = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body);
    assertThat(stub.toFile().setExecutable(true)).isTrue();
  }

  /** Its lines, then how it ended. Stubs of the folder go before the machine's own programs. */
  private List<String> ran(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    Process process = builder.start();
    List<String> lines = new ArrayList<>();
    try (var reader = process.inputReader()) {
      reader.lines().forEach(lines::add);
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    lines.add("ended with " + process.exitValue());
    return lines;
  }
}
