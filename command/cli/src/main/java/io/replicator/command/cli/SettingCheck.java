package io.replicator.command.cli;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks a given value against its setting's type and range. */
final class SettingCheck {
  private SettingCheck() {}

  static void check(Setting setting, Given.Entry entry) {
    switch (setting.type()) {
      case SettingType.Flag flag -> {
        String value = single(setting, entry);
        if (!value.equals("true") && !value.equals("false")) {
          throw wrong(entry, value, "true or false");
        }
      }
      case SettingType.Text text -> single(setting, entry);
      case SettingType.Words words -> words(entry);
      case SettingType.Repeated repeated -> words(entry);
      case SettingType.Choice choice -> {
        String value = single(setting, entry);
        if (!choice.values().contains(value)) {
          throw wrong(
              entry, value, "one of " + choice.range() + Nearest.hint(value, choice.values()));
        }
      }
      case SettingType.Count number -> number(entry, single(setting, entry), number);
      case SettingType.Size size -> size(entry, single(setting, entry), size);
      case SettingType.Time time -> time(entry, single(setting, entry), time);
      case SettingType.Structure structure -> {
        // Looked at by whoever maps it.
      }
    }
  }

  /** Values of one typed text: split at commas where the type says so. */
  static List<String> split(Setting setting, String text) {
    return setting.type() instanceof SettingType.Words
        ? Arrays.stream(text.split(",", -1)).map(String::strip).toList()
        : List.of(text);
  }

  private static String single(Setting setting, Given.Entry entry) {
    if (entry.values().size() != 1) {
      throw new UsageError(
          entry.origin()
              + ": "
              + entry.values().size()
              + " values: expected one for "
              + setting.key());
    }
    return entry.values().getFirst();
  }

  private static void words(Given.Entry entry) {
    if (entry.values().stream().anyMatch(String::isBlank) && entry.values().size() > 1) {
      throw wrong(entry, String.join(",", entry.values()), "no empty value between commas");
    }
  }

  private static void number(Given.Entry entry, String value, SettingType.Count range) {
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw wrong(entry, value, "a whole number, " + range.range());
    }
    if (number < range.min() || number > range.max()) {
      throw wrong(entry, value, range.range());
    }
  }

  private static void size(Given.Entry entry, String value, SettingType.Size range) {
    long bytes;
    try {
      bytes = Units.parseSize(value);
    } catch (IllegalArgumentException e) {
      throw wrong(entry, value, e.getMessage());
    }
    if (bytes < range.minBytes() || bytes > range.maxBytes()) {
      throw wrong(entry, value, range.range());
    }
  }

  private static void time(Given.Entry entry, String value, SettingType.Time range) {
    Duration time;
    try {
      time = Units.parseTime(value);
    } catch (IllegalArgumentException e) {
      throw wrong(entry, value, e.getMessage());
    }
    if (time.compareTo(range.min()) < 0 || time.compareTo(range.max()) > 0) {
      throw wrong(entry, value, range.range());
    }
  }

  private static UsageError wrong(Given.Entry entry, String value, @Nullable String expected) {
    return new UsageError(entry.origin() + ": '" + value + "': expected " + expected);
  }
}
