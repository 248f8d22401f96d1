package io.replicator.command.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one start: what was typed, else what the file says, else the default. Every value
 * was checked against its type and range when this was made.
 */
final class Given {

  /**
   * Values with where they came from.
   *
   * @param origin for errors: "option --window", "hub.yaml: window"
   * @param structure a list or map, for {@link SettingType.Structure} only
   */
  record Entry(List<String> values, String origin, @Nullable Object structure) {
    Entry {
      values = List.copyOf(values);
    }
  }

  private final CommandName command;
  private final Map<Setting, Entry> typed;
  private final @Nullable Path file;
  private final Map<Setting, Entry> entries;

  /** What was typed, and what a file says. */
  static Given of(CommandName command, Map<Setting, Entry> typed, @Nullable Path file) {
    Map<Setting, Entry> filed = file == null ? Map.of() : YamlFile.read(file, command);
    return new Given(command, typed, filed, file);
  }

  Given(CommandName command, Map<Setting, Entry> typed, Map<Setting, Entry> filed) {
    this(command, typed, filed, null);
  }

  private Given(
      CommandName command,
      Map<Setting, Entry> typed,
      Map<Setting, Entry> filed,
      @Nullable Path file) {
    this.command = command;
    this.typed = Map.copyOf(typed);
    this.file = file;
    this.entries = new LinkedHashMap<>();
    entries.putAll(filed);
    entries.putAll(typed);
    entries.forEach(SettingCheck::check);
  }

  /** The file of --config, null = none was named. */
  @Nullable Path file() {
    return file;
  }

  /** The same words typed, with what the file says now. */
  Given readAgain() {
    return of(command, typed, file);
  }

  /** Names of the settings that have another value there. */
  List<String> differencesTo(Given other) {
    return Settings.of(command).stream()
        .filter(setting ->
            !list(setting).equals(other.list(setting))
                || !Objects.equals(structure(setting), other.structure(setting)))
        .map(Setting::key)
        .toList();
  }

  private @Nullable Object structure(Setting setting) {
    Entry entry = entries.get(setting);
    return entry == null ? null : entry.structure();
  }

  CommandName command() {
    return command;
  }

  /** Whether it was typed or stands in the file. */
  boolean isSet(Setting setting) {
    return entries.containsKey(setting);
  }

  /** "option --window", "hub.yaml: window" or "default of --window". */
  String origin(Setting setting) {
    Entry entry = entries.get(setting);
    return entry == null ? "default of --" + setting.key() : entry.origin();
  }

  List<String> list(Setting setting) {
    Entry entry = entries.get(setting);
    if (entry != null) {
      return entry.values();
    }
    return setting.standard().isEmpty()
        ? List.of()
        : SettingCheck.split(setting, setting.standard());
  }

  /** The single value, "" = none. */
  String text(Setting setting) {
    List<String> values = list(setting);
    return values.isEmpty() ? "" : String.join(",", values);
  }

  boolean flag(Setting setting) {
    return Boolean.parseBoolean(text(setting));
  }

  long number(Setting setting) {
    return Long.parseLong(text(setting));
  }

  long bytes(Setting setting) {
    return Units.parseSize(text(setting));
  }

  Duration time(Setting setting) {
    return Units.parseTime(text(setting));
  }

  /** The list of maps of a structured setting, empty if there is none. */
  List<Map<String, Object>> maps(Setting setting) {
    Entry entry = entries.get(setting);
    return entry == null || entry.structure() == null
        ? List.of()
        : YamlFile.listOfMaps(entry.origin(), Objects.requireNonNull(entry.structure()));
  }

  /** The map of a structured setting, empty if there is none. */
  Map<String, Object> map(Setting setting) {
    Entry entry = entries.get(setting);
    return entry == null || entry.structure() == null
        ? Map.of()
        : YamlFile.map(entry.origin(), Objects.requireNonNull(entry.structure()));
  }

  /** An error about this setting's value. */
  UsageError wrong(Setting setting, String value, String expected) {
    return new UsageError(origin(setting) + ": '" + value + "': expected " + expected);
  }
}
