package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ReportTest {
  @Test
  void aScenariosTableSaysWhatWasMeasuredAndWhatWasNot(@TempDir Path folder) throws Exception {
    Bench bench = new Bench(folder, 0.5, Duration.ofSeconds(7));
    Scenario scenario = Scenarios.named(List.of("w3")).getFirst();
    Result slow = new Result("W3", Contender.nativeRedis());
    slow.remark("not within 7 s");
    Result ours = new Result("W3", scenario.ours().getFirst());
    ours.put(Result.SECONDS, 4.4);
    ours.put(Result.PAYLOAD_MB, 20);
    ours.put(Result.DOWN_MB, 5);
    ours.put("first key s", 1.25);
    ours.plot("bytes", List.of(new Staleness.Point(0, 1), new Staleness.Point(1, 5)));

    new Report(folder, bench).write(scenario, List.of(slow, ours));

    String table = Files.readString(folder.resolve("wan.md"));
    assertThat(table)
        .contains("### W3: initial load, 50,000 JSON values")
        .contains("| native REPLICAOF | – | – | – | – | – | – | – | – | – | not within 7 s |")
        .contains("| Replicator | 4.40 | 4.00 | 5.00 | – | – | – | – | – | – | first key s 1.25 |")
        .contains("Aims: s ≤ 4.5: met; MB down ≤ 4.2: missed (they are for full scale).")
        .contains("![bytes over time](W3-bytes.svg)");
    assertThat(Files.readString(folder.resolve("W3.json")))
        .contains("\"s\": 4.4", "\"remarks\": [\"not within 7 s\"]", "[1.000, 5.000]");
    xml(Files.readString(folder.resolve("W3-bytes.svg")));
  }

  @Test
  void everySectionNamesDayCommitAndMachine(@TempDir Path folder) throws Exception {
    Bench bench = new Bench(folder, 1, Duration.ofSeconds(7));
    Scenario scenario = Scenarios.named(List.of("w11")).getFirst();
    new Report(folder, bench).write(scenario, List.of());

    String machine = bench.origin().machine();
    assertThat(machine).contains("processors").contains("Redis ").doesNotContain("Redis unknown");
    assertThat(bench.origin().commit()).isEqualTo("unknown"); // the folder is no checkout
    assertThat(Files.readString(folder.resolve("W11.md")))
        .containsPattern("20[0-9]{2}-[0-9]{2}-[0-9]{2}, commit unknown, scale 1.00, links by none")
        .contains(machine);
    assertThat(Files.readString(folder.resolve("W11.json")))
        .contains("\"commit\": \"unknown\"", "\"machine\": \"" + machine + "\"");
  }

  @Test
  void scenariosOfSeveralCallsStandInOnePageInTheirOrder(@TempDir Path folder) throws Exception {
    for (String name : List.of("W4", "W1", "W4")) {
      Bench bench = new Bench(folder, 1, Duration.ofSeconds(7));
      new Report(folder, bench).write(Scenarios.named(List.of(name)).getFirst(), List.of());
    }
    assertThat(Files.readString(folder.resolve("wan.md")))
        .containsSubsequence("### W1:", "### W4:")
        .doesNotContainPattern("(?s)### W4:.*### W4:");
  }

  @Test
  void aPlotHasALineForEachContenderInsideItsFrame() throws Exception {
    Map<String, List<Staleness.Point>> lines = new LinkedHashMap<>();
    lines.put("a < b", List.of(new Staleness.Point(0, 0), new Staleness.Point(60, 12_345)));
    lines.put("Replicator", List.of(new Staleness.Point(0, 3), new Staleness.Point(30, 40)));
    Document svg = xml(new Plot("W4: staleness, ms", true, lines).svg());
    assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    for (String point : attribute(svg, 0).strip().split(" ", -1)) {
      assertThat(Double.parseDouble(point.split(",", -1)[0])).isBetween(0.0, 720.0);
      assertThat(Double.parseDouble(point.split(",", -1)[1])).isBetween(0.0, 360.0);
    }
  }

  @Test
  void axesEndAtRoundNumbers() {
    assertThat(Plot.nice(0.13)).isEqualTo(0.2);
    assertThat(Plot.nice(5)).isEqualTo(5);
    assertThat(Plot.nice(187)).isEqualTo(200);
    assertThat(Plot.nice(0)).isEqualTo(1);
  }

  @Test
  void aNameThatIsNotThereIsRefusedWithThoseThatAre() {
    assertThatThrownBy(() -> Scenarios.named(List.of("W99")))
        .hasMessageContaining("W99")
        .hasMessageContaining("W1, ");
  }

  @Test
  void countersOfTheLinkAreThoseHandedToIt() {
    String json = "{\"a2b\": {\"rx_bytes\": 70, \"fwd_bytes\": 60}, \"b2a\": {\"rx_bytes\": 8}}";
    assertThat(LinkCounters.parse(json)).isEqualTo(new LinkCounters(70, 8));
  }

  @Test
  void optionsThatCannotBeMeantAreRefusedByName() {
    WanOptions options =
        WanOptions.parse(List.of("out", "W1", "--scale", "0.1", "W4", "--baselines", "native"));
    assertThat(options.scenarios()).containsExactly("W1", "W4");
    assertThat(options.scale()).isEqualTo(0.1);
    assertThat(options.baselines().takes(Contender.nativeRedis())).isTrue();
    assertThat(options.baselines().takes(Contender.tunnel(3))).isFalse();
    assertThatThrownBy(() -> WanOptions.parse(List.of("out", "--scale", "zero")))
        .hasMessage("--scale zero: expected a number from 1.0E-4 to 10.0");
    assertThatThrownBy(() -> WanOptions.parse(List.of("out", "--baseline", "all")))
        .hasMessageContaining("--baseline");
  }

  private static String attribute(Document svg, int line) {
    return svg.getElementsByTagName("polyline")
        .item(line)
        .getAttributes()
        .getNamedItem("points")
        .getNodeValue();
  }

  private static Document xml(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
