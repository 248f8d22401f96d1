package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.COMPARE;
import static io.replicator.command.cli.CommandName.DEMO;
import static io.replicator.command.cli.CommandName.HUB;
import static io.replicator.command.cli.CommandName.STATUS;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.flag;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.original;
import static io.replicator.command.cli.SettingList.text;
import static io.replicator.command.cli.SettingList.words;

import java.util.List;

/** A running process: its status address, its logs, how it ends, what it prints. */
final class RunningSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.RUNNING);

  static final Setting HTTP =
      LIST.add(
          "http",
          words("host:port"),
          "",
          on(HUB, CLIENT, STATUS),
          also(),
          "Address of /status, /metrics, /healthz, /readyz: hub 127.0.0.1:3380, client 127.0.0.1:3381; 'off' = none.");

  static final Setting NAME =
      LIST.add(
          "name",
          text("name"),
          "",
          on(HUB, CLIENT, VERIFY),
          also(),
          "Name in status and logs; none = the host's.");

  static final Setting NOWAIT =
      LIST.add(
          "nowait",
          flag(),
          "false",
          on(HUB, CLIENT),
          original(),
          "End at once on SIGTERM instead of first sending (applying) what is under way.");

  static final Setting LOG_LEVEL =
      LIST.add(
          "log-level",
          new SettingType.Choice(List.of("error", "warn", "info", "debug", "trace")),
          "info",
          on(HUB, CLIENT, COMPARE, STATUS, DEMO, VERIFY),
          also(),
          "What is logged to standard error.");

  static final Setting LOG_JSON =
      LIST.add(
          "log-json", flag(), "false", on(HUB, CLIENT), also(), "Log JSON lines instead of text.");

  static final Setting JSON =
      LIST.add(
          "json",
          flag(),
          "false",
          on(STATUS, COMPARE, VERIFY),
          also(),
          "Print JSON instead of a table.");

  static final Setting KEYS =
      LIST.add(
          "keys",
          new SettingType.Count(1, 10_000_000),
          "100000",
          on(DEMO),
          also(),
          "Keys to load.");

  static final Setting SECONDS =
      LIST.add(
          "seconds",
          new SettingType.Count(0, 86_400),
          "5",
          on(DEMO),
          also(),
          "How long keys keep changing after the load.");

  static final Setting KEEP =
      LIST.add(
          "keep",
          flag(),
          "false",
          on(DEMO),
          also(),
          "Let quotes move on after the comparison, until Ctrl-C: time to look at the page.");

  private RunningSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
