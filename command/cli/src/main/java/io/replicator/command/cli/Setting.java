package io.replicator.command.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One thing that can be set: one name for the option {@code --name} and for the YAML key {@code
 * name}, with type, range, default and one sentence. There is one object of each, in the class of
 * its group; {@link Settings} has them all.
 */
final class Setting {

  private final String name;
  private final SettingGroup group;
  private final SettingType type;
  private final String standard;
  private final Set<CommandName> commands;
  private final List<String> aliases;
  private final String sentence;

  Setting(
      String name,
      SettingGroup group,
      SettingType type,
      String standard,
      Set<CommandName> commands,
      List<String> aliases,
      String sentence) {
    this.name = name;
    this.group = group;
    this.type = type;
    this.standard = standard;
    this.commands = Set.copyOf(commands);
    this.aliases = aliases.contains("-") ? List.of("-" + name) : List.copyOf(aliases);
    this.sentence = sentence;
  }

  /** Name in YAML; with two dashes before it the option. */
  String key() {
    return name;
  }

  SettingGroup group() {
    return group;
  }

  SettingType type() {
    return type;
  }

  /** The default as it would be typed, "" = none. */
  String standard() {
    return standard;
  }

  /** All spellings on the command line, the first one is the proper one. */
  List<String> optionNames() {
    List<String> names = new ArrayList<>(List.of("--" + name));
    names.addAll(aliases);
    return names;
  }

  String sentence() {
    return sentence;
  }

  boolean isOn(CommandName command) {
    return commands.contains(command);
  }

  @Override
  public String toString() {
    return name;
  }
}
