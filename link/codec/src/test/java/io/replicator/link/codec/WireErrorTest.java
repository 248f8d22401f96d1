package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireErrorTest {

  /** Rule P80. */
  @Test
  void theTableInTheProtocolIsTheOneInTheCode() throws Exception {
    List<String> rows =
        Files.readAllLines(Path.of("../../spec/protocol.md")).stream()
            .filter(line -> line.matches("\\| \\d+ \\| [A-Z_]+ .*"))
            .toList();

    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(WireError.values()).map(WireErrorTest::row).toList());
  }

  @Test
  void everyCodeIsFoundAgainAndOthersAreNot() {
    for (WireError error : WireError.values()) {
      assertThat(WireError.ofCode(error.code())).contains(error);
    }
    assertThat(WireError.ofCode(0)).isEmpty();
    assertThat(WireError.ofCode(-1)).isEmpty();
    assertThat(WireError.ofCode(WireError.values().length + 1)).isEmpty();
  }

  /** Rule P81. */
  @Test
  void theFrameCarriesCodeAndAShortText() {
    ProtocolException error = new ProtocolException(WireError.BAD_ACK, "x".repeat(10_000));

    assertThat(error.frame().getError().getCode()).isEqualTo(16);
    assertThat(error.frame().getError().getText()).hasSize(501);
  }

  private static String row(WireError error) {
    return "| "
        + error.code()
        + " | "
        + error.name()
        + " | "
        + (error.retryable() ? "yes" : "no")
        + " | "
        + error.sentence()
        + " |";
  }
}
