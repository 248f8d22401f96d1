package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.flag;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.original;
import static io.replicator.command.cli.SettingList.repeated;
import static io.replicator.command.cli.SettingList.time;

import java.time.Duration;
import java.util.List;

/** What a client does at its targets. */
final class TargetSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.TARGET);

  static final Setting TARGETS =
      LIST.add(
          "targets",
          repeated("host:port"),
          "",
          on(CLIENT, VERIFY),
          also(),
          "Further Redis targets with the same settings as --redis; may be repeated.");

  static final Setting FLUSH =
      LIST.add(
          "flush",
          flag(),
          "false",
          on(CLIENT),
          also(),
          "Empty the target before an initial load, instead of removing what is left over after it.");

  static final Setting LOCAL_VERSIONS =
      LIST.add(
          "lv",
          flag(),
          "false",
          on(CLIENT, VERIFY),
          original(),
          "Keep a version chain of the target's own, so that it can feed the next hub.");

  static final Setting LOCAL_VERSIONS_EXPIRY =
      LIST.add(
          "lv-expiry",
          time(Duration.ofMinutes(1), Duration.ofDays(365)),
          "24h",
          on(CLIENT),
          also(),
          "How long the lists of the own chain are kept.");

  static final Setting PRINT =
      LIST.add(
          "print",
          flag(),
          "false",
          on(CLIENT),
          also(),
          "Write changes as JSON lines to standard output instead of to a Redis.");

  private TargetSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
