package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/configuration.md, help and the YAML file know the same settings with the same defaults. */
class ConfigurationDocTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  @Test
  void documentHasEverySettingAsItIsAndNoOther() throws IOException {
    List<String> rows =
        Files.readAllLines(ROOT.resolve("docs/configuration.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .toList();

    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Settings.all().stream().map(ConfigurationDocTest::row).toList());
  }

  @Test
  void everyDefaultIsAValidValue() {
    for (Setting setting : Settings.all()) {
      if (!setting.standard().isEmpty()) {
        SettingCheck.check(
            setting,
            new Given.Entry(
                SettingCheck.split(setting, setting.standard()), "default of " + setting, null));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CommandName.class,
      names = {"HUB", "CLIENT"})
  void exampleFileOfTheArchiveIsValid(CommandName command) {
    Path file = ROOT.resolve("command/cli/src/dist/etc/" + command.word() + ".yaml");

    Given given = new Given(command, Map.of(), YamlFile.read(file, command));

    assertThat(DatabaseChoice.of(given)).isNotEmpty();
  }

  @Test
  void namesAreDistinct() {
    assertThat(Settings.all().stream().flatMap(setting -> setting.optionNames().stream()))
        .doesNotHaveDuplicates();
  }

  /** One row of the document. */
  static String row(Setting setting) {
    String value =
        switch (setting.type()) {
          case SettingType.Repeated repeated -> repeated.label() + ", repeated";
          case SettingType.Structure structure -> "YAML only";
          case SettingType.Flag flag -> "flag";
          case SettingType type -> type.label();
        };
    String commands =
        Arrays.stream(CommandName.values())
            .filter(setting::isOn)
            .map(CommandName::word)
            .collect(Collectors.joining(", "));
    String standard = setting.standard().isEmpty() ? "" : "`" + setting.standard() + "`";
    String range = setting.type() instanceof SettingType.Flag ? "" : setting.type().range();
    return "| `"
        + setting.key()
        + "` | "
        + String.join(" | ", value, standard, range, commands, setting.sentence())
        + " |";
  }
}
