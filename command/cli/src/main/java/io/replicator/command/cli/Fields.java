package io.replicator.command.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** One record of a list in the YAML file: {@code - name: quotes}. */
final class Fields {
  private final String where;
  private final Map<String, Object> map;

  Fields(String where, Map<String, Object> map) {
    this.where = where;
    this.map = map;
  }

  /** Refuses whatever else stands there. */
  void allow(String... names) {
    List<String> known = Arrays.asList(names);
    for (String name : map.keySet()) {
      if (!known.contains(name)) {
        throw new UsageError(
            where
                + ": '"
                + name
                + "' is not known here: expected "
                + String.join(", ", known)
                + Nearest.hint(name, known));
      }
    }
  }

  String origin(String name) {
    return where + ": " + name;
  }

  String required(String name) {
    String value = text(name, "");
    if (value.isBlank()) {
      throw new UsageError(where + ": '" + name + "' is missing in " + map.keySet() + ": give it");
    }
    return value;
  }

  String text(String name, String standard) {
    Object value = map.get(name);
    if (value == null) {
      return standard;
    }
    if (!(value instanceof String text)) {
      throw new UsageError(origin(name) + ": '" + value + "': expected one plain value");
    }
    return text;
  }

  /** A map of plain values, empty = it is not there. */
  Map<String, Object> map(String name) {
    Object value = map.get(name);
    return value == null ? Map.of() : YamlFile.map(origin(name), value);
  }

  /** Several values; a single one need not be a list. */
  List<String> list(String name) {
    return switch (map.get(name)) {
      case null -> List.of();
      case String text -> List.of(text);
      case List<?> list -> list.stream().map(item -> item(name, item)).toList();
      default -> throw new UsageError(origin(name) + ": expected a list of plain values");
    };
  }

  private String item(String name, Object item) {
    if (item instanceof String text) {
      return text;
    }
    throw new UsageError(origin(name) + ": '" + item + "': expected plain text");
  }
}
