package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testing.benchmarks.RespClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What docs/transports.md says of tcp+udp, between two hosts with a bad link between them: the
 * commands as they stand there but for the hub's name, and the promises. Needs what {@link
 * WanSmokeTest} needs.
 */
class TransportsDocTest {
  private static final Path DOC = SmokeLab.ROOT.resolve("docs/transports.md");
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Duration PROMISED = Duration.ofSeconds(2);
  private static final int TRIES = 3;

  @TempDir private Path folder;

  @Test
  void whatTheDocumentSaysWorksBetweenTwoHosts() throws Exception {
    if (!SmokeLab.isHere(folder)) {
      return;
    }
    List<String> redis = List.of("--port", "6379");
    try (Lab lab = Lab.up(SmokeLab.ROOT.resolve("testing/wanlab/wan"), link(), "bbr");
        Server source = Server.started(lab, Side.SOURCE, folder, redis);
        Server target = Server.started(lab, Side.TARGET, folder, redis);
        RespClient writer = source.client();
        RespClient reader = target.client();
        Child hub = start(lab, Side.SOURCE, "./replicator hub ");
        Child client = start(lab, Side.TARGET, "./replicator client ")) {
      writer.call("SELECT", "5");
      reader.call("SELECT", "5");
      writer.call("SET", "loaded", "over TCP");
      BooleanSupplier up = () -> status(lab).contains("\"up\":true");
      require("the load", () -> reader.call("GET", "loaded").equals("over TCP"), hub, client);
      require("datagrams are up", up, hub, client);
      writer.call("SET", "live", "in a datagram");
      require("the update", () -> reader.call("GET", "live").equals("in a datagram"), hub, client);
      assertThat(figure(status(lab), "datagrams_sent")).isPositive();
      blockedUnderWay(lab, writer, reader, up, List.of(hub, client));
    }
  }

  /** A loaded machine may stand still for two seconds by itself: the promise has some tries. */
  private static void blockedUnderWay(
      Lab lab, RespClient writer, RespClient reader, BooleanSupplier up, List<Child> programs) {
    Child[] both = programs.toArray(Child[]::new);
    List<Duration> took = new ArrayList<>();
    Predicate<Duration> prompt = time -> time.compareTo(PROMISED) <= 0;
    while (took.size() < TRIES && took.stream().noneMatch(prompt)) {
      require("datagrams are up", up, both);
      lab.set("block", "udp");
      lab.counters(); // an answer says that it is so
      String value = "blocked " + took.size();
      long began = System.nanoTime();
      writer.call("SET", "live", value);
      require("the update over TCP", () -> reader.call("GET", "live").equals(value), both);
      took.add(Duration.ofNanos(System.nanoTime() - began));
      lab.set("block", "none");
    }
    assertThat(took).as("until an update was there, UDP blocked").anyMatch(prompt);
    require("datagrams are up again", up, both);
  }

  private static Link link() {
    return new Link("10mbit", 50, 1);
  }

  /** The only line of the document that begins so. */
  private Child start(Lab lab, Side side, String begin) throws Exception {
    String line =
        Files.readAllLines(DOC).stream()
            .map(String::strip)
            .filter(text -> text.startsWith(begin))
            .reduce((first, second) -> first + second)
            .orElseThrow();
    List<String> words =
        new ArrayList<>(
            Arrays.asList(line.replace("hub.example.org", "10.77.0.1").split(" +", -1)));
    words.set(0, SmokeLab.launcher(folder).toString());
    Path log = folder.resolve(side.letter() + ".log");
    return new Child(line, log, lab.start(side, log, Map.of(), words));
  }

  /** What the document's curl shows; "" while nobody answers. */
  private String status(Lab lab) {
    try {
      String curl =
          Files.readAllLines(DOC).stream()
              .map(String::strip)
              .filter(text -> text.startsWith("curl "))
              .findFirst()
              .orElseThrow();
      Path out = folder.resolve("status");
      Process process = lab.start(Side.SOURCE, out, Map.of(), Arrays.asList(curl.split(" ", -1)));
      process.waitFor();
      return Files.readString(out).replaceAll(":\\s+", ":");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double figure(String status, String name) {
    int at = status.indexOf("\"" + name + "\":");
    assertThat(at).as("%s in %s", name, status).isNotNegative();
    return Double.parseDouble(status.substring(at + name.length() + 3).split("[^0-9]", 2)[0]);
  }

  private static void require(String what, BooleanSupplier condition, Child... programs) {
    boolean held = Waiting.until(LIMIT, condition);
    assertThat(held).as("%s; %s", what, Arrays.stream(programs).map(Child::tail).toList()).isTrue();
  }
}
