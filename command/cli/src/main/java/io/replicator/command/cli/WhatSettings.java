package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.COMPARE;
import static io.replicator.command.cli.CommandName.HUB;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.original;
import static io.replicator.command.cli.SettingList.repeated;
import static io.replicator.command.cli.SettingList.text;
import static io.replicator.command.cli.SettingList.words;

import java.util.List;

/** What is copied: databases, their levels, collections, patterns, names at the target. */
final class WhatSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.WHAT);

  static final Setting DATABASES =
      LIST.add(
          "databases",
          words("n,n"),
          "0",
          on(HUB, CLIENT, COMPARE, VERIFY),
          original(),
          "Redis databases, most urgent first: REALTIME, HIGH, LOW, then IDLE.");

  static final Setting PLAINDB =
      LIST.add(
          "plaindb",
          words("n,n"),
          "",
          on(HUB),
          original(),
          "Those of them in which the application keeps no 'version' chain.");

  static final Setting QOS =
      LIST.add(
          "qos",
          words("n=level"),
          "",
          on(HUB, CLIENT),
          also(),
          "Other levels than the order gives: 5=low,0=high.");

  static final Setting COLLECTIONS =
      LIST.add(
          "collections",
          new SettingType.Structure(),
          "",
          on(HUB),
          also(),
          "Named key patterns with a level of their own: name, database, match, exclude, level.");

  static final Setting COLLECTION =
      LIST.add(
          "collection",
          words("n.name"),
          "",
          on(CLIENT, VERIFY),
          also(),
          "Collections of the hub to ask for, instead of whole databases: 5.quotes.");

  static final Setting MATCH =
      LIST.add(
          "match",
          repeated("glob"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Only keys that match one of these Redis globs; may be repeated.");

  static final Setting EXCLUDE =
      LIST.add(
          "exclude",
          repeated("glob"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "No keys that match one of these Redis globs; may be repeated.");

  static final Setting MAP_DB =
      LIST.add(
          "map-db",
          words("n:n"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Database at the target for one at the source: 5:0,6:1. Others keep their number.");

  static final Setting PREFIX =
      LIST.add(
          "prefix",
          text("text"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Put before every key at the target.");

  private WhatSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
