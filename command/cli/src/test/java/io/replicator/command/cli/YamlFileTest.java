package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlFileTest {
  @TempDir private Path folder;

  @Test
  void fileGivesWhatOptionsDoNot() throws IOException {
    Given given =
        hub(
            """
            databases: [5, 0]
            plaindb: 0
            redis: 10.0.0.1:6379,10.0.0.2:6379
            keep-alive: 30s
            nowait: true
            """,
            "--keep-alive",
            "5s");

    assertThat(given.list(WhatSettings.DATABASES)).containsExactly("5", "0");
    assertThat(given.list(WhatSettings.PLAINDB)).containsExactly("0");
    assertThat(given.list(RedisSettings.REDIS_ADDRESS)).hasSize(2);
    assertThat(given.text(LinkSettings.KEEP_ALIVE)).isEqualTo("5s");
    assertThat(given.flag(RunningSettings.NOWAIT)).isTrue();
    assertThat(given.text(LinkSettings.BLOCK_BYTES)).isEqualTo("1KiB");
  }

  @Test
  void plainWordsAreNeverTakenForSomethingElse() throws IOException {
    Given client =
        given("client", "map-db: 5:0\nhttp: off\nprefix: 0x10\nname: null-island\nredis: :6379\n");

    assertThat(client.list(WhatSettings.MAP_DB)).containsExactly("5:0");
    assertThat(client.text(RunningSettings.HTTP)).isEqualTo("off");
    assertThat(client.text(WhatSettings.PREFIX)).isEqualTo("0x10");
    assertThat(client.text(RunningSettings.NAME)).isEqualTo("null-island");
  }

  @Test
  void levelsMayBeAMap() throws IOException {
    Given given = hub("databases: 5,0\nqos:\n  5: low\n  0: high\n");

    assertThat(given.list(WhatSettings.QOS)).containsExactly("5=low", "0=high");
  }

  @Test
  void structuresAreKept() throws IOException {
    Given given =
        hub("collections:\n  - {name: quotes, database: 5, match: ['quote:*'], level: high}\n");

    assertThat(given.maps(WhatSettings.COLLECTIONS))
        .containsExactly(
            Map.of(
                "name", "quotes", "database", "5", "match", List.of("quote:*"), "level", "high"));
  }

  @Test
  void emptyFileIsNoError() throws IOException {
    assertThat(hub("# nothing yet\n").isSet(RedisSettings.REDIS_ADDRESS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          databses: 5                 | 'databses' is not a setting; did you mean 'databases'?
          keepalive: 5s               | did you mean 'keep-alive'?
          zzzzzzzzzzzz: 1             | 'zzzzzzzzzzzz' is not a setting (all: replicator hub --help)
          window: 4MiB                | 'window' is not a setting of 'hub': take it out
          keep-alive: 1ms             | hub.yaml: keep-alive: '1ms': expected 1s to 10m
          keep-alive: [1s, 2s]        | a list of 2: expected one value
          keep-alive:                 | has no value
          nowait: yes                 | expected true or false
          databases: {a: b}           | a map of 1: expected one value
          databases: [[5]]            | expected plain text
          [databases]                 | expected 'name: value' lines
          `a: [` | is not valid YAML
          collections: 5              | expected a list
          """)
  void refusesWithAClearText(String yaml, String expected) {
    assertThatThrownBy(() -> hub(yaml).maps(WhatSettings.COLLECTIONS))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining(expected);
  }

  @Test
  void refusesARepeatedKey() {
    assertThatThrownBy(() -> hub("databases: 5\ndatabases: 6\n"))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("databases");
  }

  @Test
  void doesNotMakeObjectsThatTheFileNames() {
    assertThatThrownBy(() -> hub("name: !!java.net.URL ['http://localhost']\n"))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("is not valid YAML");
  }

  private Given hub(String yaml, String... options) throws IOException {
    return given("hub", yaml, options);
  }

  private Given given(String command, String yaml, String... options) throws IOException {
    Path file = Files.writeString(folder.resolve(command + ".yaml"), yaml);
    List<String> words = new ArrayList<>(List.of(command, "--config", file.toString()));
    words.addAll(List.of(options));
    return ((CommandLines.Request.Run) CommandLines.parse(words.toArray(String[]::new))).given();
  }
}
