package io.replicator.command.cli;

import java.time.Duration;
import java.util.List;

/** What a setting's value may be: how it is written and in which range it must lie. */
sealed interface SettingType {

  /** How the value is shown in help and docs: {@code <n>}, {@code <file>}. */
  String label();

  /** The range as docs/configuration.md states it, "" = any. */
  default String range() {
    return "";
  }

  /** On or off; on the command line it stands without a value. */
  record Flag() implements SettingType {
    @Override
    public String label() {
      return "";
    }

    @Override
    public String range() {
      return "true or false";
    }
  }

  record Text(String label) implements SettingType {}

  /** Several values: with commas between them on the command line, a list in YAML. */
  record Words(String label) implements SettingType {}

  /** Several values that may hold commas themselves: the option is repeated, a list in YAML. */
  record Repeated(String label) implements SettingType {}

  record Choice(List<String> values) implements SettingType {
    @Override
    public String label() {
      return "word";
    }

    @Override
    public String range() {
      return String.join(", ", values);
    }
  }

  record Count(long min, long max) implements SettingType {
    @Override
    public String label() {
      return "n";
    }

    @Override
    public String range() {
      return min + " to " + max;
    }
  }

  /** Bytes: {@code 4096}, {@code 64KiB}, {@code 4MiB}. */
  record Size(long minBytes, long maxBytes) implements SettingType {
    @Override
    public String label() {
      return "bytes";
    }

    @Override
    public String range() {
      return Units.size(minBytes) + " to " + Units.size(maxBytes);
    }
  }

  /** A time: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h}. */
  record Time(Duration min, Duration max) implements SettingType {
    @Override
    public String label() {
      return "time";
    }

    @Override
    public String range() {
      return Units.time(min) + " to " + Units.time(max);
    }
  }

  /** A list or map that only the YAML file can hold. */
  record Structure() implements SettingType {
    @Override
    public String label() {
      return "YAML";
    }
  }
}
