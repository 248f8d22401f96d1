package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLinesTest {

  @Test
  void takesTheOriginalUsageOfTheServer() {
    Given given = given("-server -databases 5,0 -plaindb 0 -redis 127.0.0.1:6379 -hub :3333");

    assertThat(given.command()).isEqualTo(CommandName.HUB);
    assertThat(given.list(WhatSettings.DATABASES)).containsExactly("5", "0");
    assertThat(given.list(WhatSettings.PLAINDB)).containsExactly("0");
    assertThat(given.text(RedisSettings.REDIS_ADDRESS)).isEqualTo("127.0.0.1:6379");
    assertThat(given.text(LinkSettings.HUB_ADDRESS)).isEqualTo(":3333");
  }

  @Test
  void takesTheOriginalUsageOfTheClient() {
    Given given = given("-hub host:3333 -databases 5,0 -redis 127.0.0.1:6380");

    assertThat(given.command()).isEqualTo(CommandName.CLIENT);
    assertThat(given.list(WhatSettings.DATABASES)).containsExactly("5", "0");
    assertThat(given.text(LinkSettings.HUB_ADDRESS)).isEqualTo("host:3333");
  }

  @Test
  void originalDefaultsHold() {
    Given given = given("-server");

    assertThat(given.text(LinkSettings.HUB_ADDRESS)).isEqualTo(":3333");
    assertThat(given.text(RedisSettings.REDIS_ADDRESS)).isEqualTo("127.0.0.1:6379");
    assertThat(given.text(SecuritySettings.TLS_CA)).isEqualTo("ca.pem");
    assertThat(given.list(SecuritySettings.TLS_CRT))
        .containsExactly("certificate.crt", "certificate.key");
    assertThat(given.flag(RedisSettings.SENTINEL)).isFalse();
    assertThat(given.flag(RunningSettings.NOWAIT)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-hub h:1 -lv -nowait -sentinel -TLSCA a.pem -TLSCRT c.crt,c.key",
        "--hub h:1 --lv --nowait --sentinel --TLSCA a.pem --TLSCRT c.crt,c.key",
        "client -hub=h:1 -lv -nowait -sentinel -TLSCA=a.pem -TLSCRT=c.crt,c.key"
      })
  void oneDashAndTwoAreTheSame(String line) {
    Given given = given(line);

    assertThat(given.command()).isEqualTo(CommandName.CLIENT);
    assertThat(given.text(LinkSettings.HUB_ADDRESS)).isEqualTo("h:1");
    assertThat(given.flag(TargetSettings.LOCAL_VERSIONS)).isTrue();
    assertThat(given.flag(RunningSettings.NOWAIT)).isTrue();
    assertThat(given.flag(RedisSettings.SENTINEL)).isTrue();
    assertThat(given.text(SecuritySettings.TLS_CA)).isEqualTo("a.pem");
    assertThat(given.list(SecuritySettings.TLS_CRT)).containsExactly("c.crt", "c.key");
  }

  @Test
  void serverMayStandAnywhere() {
    assertThat(given("-databases 1 --server").command()).isEqualTo(CommandName.HUB);
  }

  @Test
  void readsSizesAndTimes() {
    assertThat(given("client --window 64KiB").bytes(LinkSettings.WINDOW)).isEqualTo(65_536);
    assertThat(given("client --window 2m").bytes(LinkSettings.WINDOW)).isEqualTo(2 << 20);
    assertThat(given("hub --keep-alive 2m").time(LinkSettings.KEEP_ALIVE))
        .isEqualTo(Duration.ofMinutes(2));
    assertThat(given("compare --expiry-tolerance 1500ms").time(CheckSettings.EXPIRY_TOLERANCE))
        .isEqualTo(Duration.ofMillis(1500));
  }

  @Test
  void patternsAreRepeatedAndMayHoldCommas() {
    assertThat(given("client --match a,b* --match c?").list(WhatSettings.MATCH))
        .containsExactly("a,b*", "c?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hub --databsaes 5            | did you mean '--databases'?
          -server -databsaes 5         | did you mean '--databases'?
          hbu                          | did you mean 'hub'?
          hub extra                    | 'extra': expected an option
          hub --window 1m              | not an option of 'hub'
          hub --collections x          | only stand in the file of --config
          client --window 1            | option --window: '1': expected 64KiB to 1GiB
          client --window big          | 'big': expected a size like
          client --window              | --window
          client --window 1m --window 2m | 2 values: expected one
          hub --keep-alive 10          | option --keep-alive: '10': expected a time like
          hub --keep-alive 1ms         | expected 1s to 10m
          hub --share 90               | expected 0 to 6
          hub --share x                | expected a whole number
          hub --congestion bbt         | did you mean 'bbr'?
          hub --log-level inf          | did you mean 'info'?
          hub --databases 5,,0         | no empty value between commas
          hub --lv                     | not an option of 'hub'
          hub --config no-such.yaml    | no such file
          """)
  void refusesWithAClearText(String line, String expected) {
    assertThatThrownBy(() -> given(line))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @EnumSource(CommandName.class)
  void helpNamesEveryOptionWithItsDefaultAndAnExample(CommandName command) {
    String help = flat(shown(command.word() + " --help"));

    for (Setting setting : Settings.of(command)) {
      if (!(setting.type() instanceof SettingType.Structure)) {
        assertThat(help).contains(setting.optionNames());
        assertThat(help).contains(flat(CommandLines.description(setting)));
      }
    }
    assertThat(help).contains(flat(command.examples().getFirst()));
  }

  @Test
  void bareHelpShowsCommandsAndTheOriginalUsage() {
    for (String line : List.of("--help", "-h", "help")) {
      assertThat(shown(line))
          .contains(Arrays.stream(CommandName.values()).map(CommandName::word).toList())
          .contains("replicator -server -databases 5,0 -plaindb 0 -redis 127.0.0.1:6379 -hub :3333")
          .contains("replicator -hub host:3333 -databases 5,0 -redis 127.0.0.1:6380");
    }
  }

  @Test
  void versionIsShown() {
    assertThat(shown("--version")).startsWith("replicator ");
  }

  @Test
  void examplesOfTheHelpCanBeParsed() {
    for (CommandName command : CommandName.values()) {
      for (String example : command.examples()) {
        String line = example.replaceFirst("^replicator ", "").replaceFirst(" \\|.*", "");
        if (!line.contains("--config")) {
          assertThat(given(line.replace("'", "")).command()).isEqualTo(command);
        }
      }
    }
  }

  private static Given given(String line) {
    return ((CommandLines.Request.Run) CommandLines.parse(words(line))).given();
  }

  private static String shown(String line) {
    return ((CommandLines.Request.Show) CommandLines.parse(words(line))).text();
  }

  private static String[] words(String line) {
    return line.strip().split("\\s+");
  }

  /** Help wraps its lines, also after a full stop inside a word. */
  private static String flat(String text) {
    return text.replaceAll("\\s+", "");
  }
}
