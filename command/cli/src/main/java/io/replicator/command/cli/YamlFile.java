package io.replicator.command.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The settings file: a YAML map from setting to value. Reads plain data only, never types that the
 * file names; unknown and repeated keys are refused.
 */
final class YamlFile {
  private static final int MAX_CHARACTERS = 1 << 20;

  private YamlFile() {}

  /** Reads the settings of a command; errors name the file, the key and the nearest known one. */
  static Map<Setting, Given.Entry> read(Path file, CommandName command) {
    Object content = load(file);
    Map<Setting, Given.Entry> entries = new LinkedHashMap<>();
    if (content == null) {
      return entries;
    }
    map(file.toString(), content)
        .forEach((key, value) -> {
          Setting setting = setting(file, key, command);
          if (!setting.isOn(command)) {
            return; // of the client's file, and of no use here
          }
          String origin = file + ": " + key;
          entries.put(setting, entry(setting, origin, value));
        });
    return entries;
  }

  private static @Nullable Object load(Path file) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setCodePointLimit(MAX_CHARACTERS);
    DumperOptions dumper = new DumperOptions();
    Yaml yaml =
        new Yaml(
            new SafeConstructor(options), new Representer(dumper), dumper, options, new TextOnly());
    try {
      return yaml.load(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageError("--config " + file + ": there is no such file", e);
    } catch (IOException e) {
      throw new UsageError("--config " + file + ": cannot be read: " + e.getMessage(), e);
    } catch (YAMLException e) {
      throw new UsageError("--config " + file + ": is not valid YAML: " + e.getMessage(), e);
    }
  }

  /** Leaves every plain word the text it is: YAML 1.1 reads 5:0 as the number 300, off as false. */
  private static final class TextOnly extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.NULL, EMPTY, null);
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
    }
  }

  private static Setting setting(Path file, String key, CommandName command) {
    List<String> known = Settings.of(command).stream().map(Setting::key).toList();
    Setting setting =
        Settings.named(key)
            .orElseThrow(() ->
                new UsageError(
                    file
                        + ": '"
                        + key
                        + "' is not a setting"
                        + Nearest.hint(key, known)
                        + " (all: replicator "
                        + command.word()
                        + " --help)"));
    boolean ofClient = command == CommandName.VERIFY && setting.isOn(CommandName.CLIENT);
    if (!setting.isOn(command) && !ofClient) {
      throw new UsageError(
          file + ": '" + key + "' is not a setting of '" + command.word() + "': take it out");
    }
    return setting;
  }

  private static Given.Entry entry(Setting setting, String origin, @Nullable Object value) {
    if (value == null) {
      throw new UsageError(origin + ": has no value: give one, or take the line out");
    }
    if (setting.type() instanceof SettingType.Structure) {
      return new Given.Entry(List.of(), origin, value);
    }
    return new Given.Entry(words(setting, origin, value), origin, null);
  }

  private static List<String> words(Setting setting, String origin, Object value) {
    boolean several =
        setting.type() instanceof SettingType.Words
            || setting.type() instanceof SettingType.Repeated;
    return switch (value) {
      case List<?> list when several -> list.stream().map(item -> word(origin, item)).toList();
      case Map<?, ?> map when setting == WhatSettings.QOS ->
          map(origin, map).entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue())
              .toList();
      case List<?> list ->
          throw new UsageError(origin + ": a list of " + list.size() + ": expected one value");
      case Map<?, ?> map ->
          throw new UsageError(origin + ": a map of " + map.size() + ": expected one value");
      default -> SettingCheck.split(setting, word(origin, value));
    };
  }

  private static String word(String origin, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new UsageError(origin + ": '" + value + "': expected plain text");
  }

  /** A map with text keys. */
  static Map<String, Object> map(String origin, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new UsageError(origin + ": expected 'name: value' lines, not '" + value + "'");
    }
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach((key, item) -> {
      if (item == null) {
        throw new UsageError(origin + ": '" + key + "' has no value: give one or take it out");
      }
      result.put(String.valueOf(key), item);
    });
    return result;
  }

  static List<Map<String, Object>> listOfMaps(String origin, Object value) {
    if (!(value instanceof List<?> list)) {
      throw new UsageError(origin + ": expected a list ('- name: …'), not '" + value + "'");
    }
    return list.stream().map(item -> map(origin, item == null ? "" : item)).toList();
  }
}
