package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.COMPARE;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.flag;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.time;

import java.time.Duration;
import java.util.List;

/** What a comparison tolerates, waits for and prints. */
final class CheckSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.CHECK);

  static final Setting EXPIRY_TOLERANCE =
      LIST.add(
          "expiry-tolerance",
          time(Duration.ZERO, Duration.ofHours(1)),
          "1000ms",
          on(COMPARE),
          also(),
          "Expiries may differ by this much.");

  static final Setting WAIT =
      LIST.add(
          "wait",
          time(Duration.ZERO, Duration.ofHours(24)),
          "0s",
          on(COMPARE, VERIFY),
          also(),
          "Look again at what differs for so long, until it is equal: for a copy that is being written.");

  static final Setting IGNORE_CHAIN =
      LIST.add(
          "ignore-chain",
          flag(),
          "false",
          on(COMPARE),
          also(),
          "Leave out the version chain: keys 'version' and 'version:<n>'.");

  static final Setting EXAMPLES =
      LIST.add(
          "examples",
          new SettingType.Count(0, 10_000),
          "10",
          on(COMPARE, VERIFY),
          also(),
          "Keys to print of each kind of difference.");

  static final Setting TIMEOUT =
      LIST.add(
          "timeout",
          time(Duration.ofSeconds(1), Duration.ofHours(24)),
          "10m",
          on(VERIFY),
          also(),
          "How long a verification may take before it counts as one that could not be made.");

  private CheckSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
