package io.replicator.command.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The catalogue of everything that can be set, group by group. Help, parsing, YAML checking and the
 * test of docs/configuration.md all read it.
 */
final class Settings {

  private static final List<Setting> ALL =
      Stream.of(
              WhatSettings.all(),
              RedisSettings.all(),
              SidesSettings.all(),
              TargetSettings.all(),
              CassandraSettings.all(),
              LinkSettings.all(),
              SecuritySettings.all(),
              WebSettings.all(),
              RunningSettings.all(),
              CheckSettings.all())
          .flatMap(List::stream)
          .toList();

  private Settings() {}

  static List<Setting> all() {
    return ALL;
  }

  static List<Setting> of(CommandName command) {
    return ALL.stream().filter(setting -> setting.isOn(command)).toList();
  }

  static Optional<Setting> named(String key) {
    return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
  }
}
