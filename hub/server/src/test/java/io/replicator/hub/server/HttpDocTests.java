package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs the examples of docs/http.md with the curl of this machine. */
class HttpDocTests {
  private static final Pattern EXAMPLE = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  /** What each example prints, in order: all of these texts. */
  private static final int TRIES = 5;

  private static final List<List<String>> EXPECTED =
      List.of(
          List.of("\"database\":0", "\"keys\":3", "\"allowed\":[\"*\"]"),
          List.of("\"key\":\"quote:IBM\"", "\"cursor\":"),
          List.of("{\"snapshot\":\"begin\"", "\"key\":\"user:1\"", "\"complete\":true"),
          List.of("\"entries\":[]"),
          List.of("\"entries\":[", "\"more\":false"),
          List.of("id: ", "data: {", "quote:SAP"),
          List.of("304"),
          List.of("\"pieces\":[", "/v1/databases/0/pieces/", "\"keys\":3"),
          List.of("\"databases\":["),
          List.of("\"unixMillis\":", "\"subscribers\":["));

  @Test
  void everyExampleDoesWhatItSays() throws Exception {
    List<String> examples = examples();
    assertThat(examples).hasSameSizeAs(EXPECTED);
    try (WebRig rig = new WebRig()) {
      rig.commands.mset(Map.of("quote:IBM", "131.2", "quote:SAP", "204.1", "user:1", "Ada"));
      rig.ready(3);
      for (int i = 0; i < examples.size(); i++) {
        String[] expected = EXPECTED.get(i).toArray(String[]::new);
        String printed = run(examples.get(i), rig.hub.webPort());
        // Some listen for two seconds, in which a busy machine may not come to it.
        for (int tries = 1; tries < TRIES && !has(printed, expected); tries++) {
          printed = run(examples.get(i), rig.hub.webPort());
        }
        assertThat(printed).as(examples.get(i)).contains(expected).doesNotContain("\"error\"");
      }
    }
  }

  private static boolean has(String printed, String... expected) {
    return Arrays.stream(expected).allMatch(printed::contains);
  }

  private static List<String> examples() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/http.md"))) {
      folder = Objects.requireNonNull(folder.getParent(), "docs/http.md is nowhere above");
    }
    Matcher blocks = EXAMPLE.matcher(Files.readString(folder.resolve("docs/http.md")));
    List<String> examples = new ArrayList<>();
    while (blocks.find()) {
      examples.add(blocks.group(1));
    }
    return examples;
  }

  private static String run(String example, int port) throws Exception {
    ProcessBuilder shell =
        new ProcessBuilder(
            "bash", "-e", "-c", example.replace("localhost:8080", "localhost:" + port));
    shell.environment().put("TOKEN", "an-open-hub-asks-for-none");
    shell.environment().put("no_proxy", "localhost");
    Process process = shell.redirectErrorStream(true).start();
    try {
      byte[] printed = process.getInputStream().readAllBytes();
      assertThat(process.waitFor(WebRig.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue())
          .as("curl is needed for this test: %s", new String(printed, StandardCharsets.UTF_8))
          .isZero();
      return new String(printed, StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }
}
