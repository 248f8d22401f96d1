package io.replicator.command.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The settings of one group, in the order in which help and docs/configuration.md show them. */
final class SettingList {

  private final SettingGroup group;
  private final List<Setting> settings = new ArrayList<>();

  SettingList(SettingGroup group) {
    this.group = group;
  }

  Setting add(
      String name,
      SettingType type,
      String standard,
      Set<CommandName> commands,
      List<String> aliases,
      String sentence) {
    Setting setting = new Setting(name, group, type, standard, commands, aliases, sentence);
    settings.add(setting);
    return setting;
  }

  List<Setting> all() {
    return List.copyOf(settings);
  }

  static SettingType flag() {
    return new SettingType.Flag();
  }

  static SettingType text(String label) {
    return new SettingType.Text(label);
  }

  static SettingType words(String label) {
    return new SettingType.Words(label);
  }

  static SettingType repeated(String label) {
    return new SettingType.Repeated(label);
  }

  static SettingType size(long minBytes, long maxBytes) {
    return new SettingType.Size(minBytes, maxBytes);
  }

  static SettingType time(Duration min, Duration max) {
    return new SettingType.Time(min, max);
  }

  static Set<CommandName> on(CommandName first, CommandName... rest) {
    return EnumSet.of(first, rest);
  }

  /** An option of the original usage: one dash will do. */
  static List<String> original() {
    return List.of("-");
  }

  static List<String> also(String... aliases) {
    return List.of(aliases);
  }
}
