package io.replicator.command.cli;

import io.replicator.api.QosLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One database of {@code --databases}.
 *
 * @param number at the source
 * @param plain whether it is in {@code --plaindb}: the application keeps no version chain in it
 * @param level by its place in the list, or as {@code --qos} says
 * @param levelIsGiven whether {@code --qos} names it
 */
record DatabaseChoice(int number, boolean plain, QosLevel level, boolean levelIsGiven) {
  private static final int MAX_DATABASE = 65_535;

  /** All databases of a start, in order. */
  static List<DatabaseChoice> of(Given given) {
    List<Integer> numbers = numbers(given, WhatSettings.DATABASES);
    if (numbers.isEmpty()) {
      throw given.wrong(WhatSettings.DATABASES, "", "at least one database number, like 5,0");
    }
    // Where a command has no such setting, none is given.
    Set<Integer> plain = Set.copyOf(numbers(given, WhatSettings.PLAINDB));
    requireKnown(given, WhatSettings.PLAINDB, numbers, plain);
    Map<Integer, QosLevel> levels = levels(given);
    requireKnown(given, WhatSettings.QOS, numbers, levels.keySet());
    List<DatabaseChoice> choices = new ArrayList<>();
    for (int number : numbers) {
      QosLevel level = levels.getOrDefault(number, QosLevel.ofPosition(choices.size()));
      choices.add(
          new DatabaseChoice(number, plain.contains(number), level, levels.containsKey(number)));
    }
    return choices;
  }

  private static List<Integer> numbers(Given given, Setting setting) {
    List<Integer> numbers = new ArrayList<>();
    for (String word : given.list(setting)) {
      if (word.isEmpty() && given.list(setting).size() == 1) {
        return List.of();
      }
      int number = number(given, setting, word);
      if (numbers.contains(number)) {
        throw new UsageError(
            given.origin(setting)
                + ": database "
                + number
                + " stands there twice: name each once, the first place gives its level");
      }
      numbers.add(number);
    }
    return numbers;
  }

  static int number(Given given, Setting setting, String word) {
    try {
      int number = Integer.parseInt(word.strip());
      if (number >= 0 && number <= MAX_DATABASE) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw given.wrong(setting, word, "database numbers with commas between, like 5,0");
    }
    throw given.wrong(setting, word, "a database number from 0 to " + MAX_DATABASE);
  }

  private static void requireKnown(
      Given given, Setting setting, List<Integer> databases, Set<Integer> named) {
    Set<Integer> unknown = new HashSet<>(named);
    databases.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      int first = unknown.stream().min(Integer::compare).orElseThrow();
      throw new UsageError(
          given.origin(setting)
              + ": database "
              + first
              + " is not in --databases ("
              + String.join(",", given.list(WhatSettings.DATABASES))
              + "): add it there or take it out here");
    }
  }

  private static Map<Integer, QosLevel> levels(Given given) {
    Map<Integer, QosLevel> levels = new LinkedHashMap<>();
    for (String word : given.list(WhatSettings.QOS)) {
      String[] parts = word.split("=", -1);
      if (parts.length != 2) {
        throw given.wrong(WhatSettings.QOS, word, "database=level, like 5=low");
      }
      int number = number(given, WhatSettings.QOS, parts[0]);
      if (levels.put(number, level(given.origin(WhatSettings.QOS), parts[1])) != null) {
        throw new UsageError(
            given.origin(WhatSettings.QOS)
                + ": database "
                + number
                + " is given two levels: give one");
      }
    }
    return levels;
  }

  /** A level by its name in any case. */
  static QosLevel level(String origin, String word) {
    List<String> known =
        Arrays.stream(QosLevel.values())
            .map(level -> level.name().toLowerCase(Locale.ROOT))
            .toList();
    String wanted = word.strip().toLowerCase(Locale.ROOT);
    if (!known.contains(wanted)) {
      throw new UsageError(
          origin
              + ": '"
              + word
              + "' is not a level: expected "
              + String.join(", ", known)
              + Nearest.hint(wanted, known));
    }
    return QosLevel.valueOf(wanted.toUpperCase(Locale.ROOT));
  }

  /** {@code --map-db}: database at the source → database at the target. */
  static Map<Integer, Integer> mapping(Given given) {
    Map<Integer, Integer> mapping = new LinkedHashMap<>();
    for (String word : given.list(WhatSettings.MAP_DB)) {
      String[] parts = word.split(":", -1);
      if (parts.length != 2) {
        throw given.wrong(WhatSettings.MAP_DB, word, "source:target, like 5:0");
      }
      int source = number(given, WhatSettings.MAP_DB, parts[0]);
      if (mapping.put(source, number(given, WhatSettings.MAP_DB, parts[1])) != null) {
        throw new UsageError(
            given.origin(WhatSettings.MAP_DB)
                + ": database "
                + source
                + " is mapped twice: map it once");
      }
    }
    requireDistinctTargets(given, mapping);
    return mapping;
  }

  private static void requireDistinctTargets(Given given, Map<Integer, Integer> mapping) {
    Map<Integer, Integer> sources = new LinkedHashMap<>();
    for (DatabaseChoice choice : of(given)) {
      int target = mapping.getOrDefault(choice.number(), choice.number());
      Integer other = sources.put(target, choice.number());
      if (other != null) {
        throw new UsageError(
            given.origin(WhatSettings.MAP_DB)
                + ": databases "
                + other
                + " and "
                + choice.number()
                + " would both go to database "
                + target
                + " of the target: map one of them elsewhere");
      }
    }
  }
}
