package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.COMPARE;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.flag;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.text;
import static io.replicator.command.cli.SettingList.words;

import java.util.List;

/** The two Redis of a comparison: where they are and how to log in. */
final class SidesSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.SIDES);

  static final Setting SOURCE =
      LIST.add(
          "source",
          words("host:port"),
          "127.0.0.1:6379",
          on(COMPARE),
          also(),
          "The Redis that is right.");

  static final Setting TARGET_ADDRESS =
      LIST.add(
          "target",
          words("host:port"),
          "127.0.0.1:6380",
          on(COMPARE),
          also(),
          "The Redis to check.");

  static final Setting SOURCE_SENTINEL =
      LIST.add(
          "source-sentinel",
          flag(),
          "false",
          on(COMPARE),
          also(),
          "The source addresses are Sentinels.");

  static final Setting TARGET_SENTINEL =
      LIST.add(
          "target-sentinel",
          flag(),
          "false",
          on(COMPARE),
          also(),
          "The target addresses are Sentinels.");

  static final Setting SOURCE_MASTER =
      LIST.add(
          "source-master",
          text("name"),
          "mymaster",
          on(COMPARE),
          also(),
          "Name of the source's master at its Sentinels.");

  static final Setting TARGET_MASTER =
      LIST.add(
          "target-master",
          text("name"),
          "mymaster",
          on(COMPARE),
          also(),
          "Name of the target's master at its Sentinels.");

  static final Setting SOURCE_USER =
      LIST.add("source-user", text("name"), "", on(COMPARE), also(), "ACL user at the source.");

  static final Setting TARGET_USER =
      LIST.add("target-user", text("name"), "", on(COMPARE), also(), "ACL user at the target.");

  static final Setting SOURCE_PASSWORD_FILE =
      LIST.add(
          "source-password-file",
          text("file"),
          "",
          on(COMPARE),
          also(),
          "File with the source's password (or REPLICATOR_SOURCE_PASSWORD).");

  static final Setting TARGET_PASSWORD_FILE =
      LIST.add(
          "target-password-file",
          text("file"),
          "",
          on(COMPARE),
          also(),
          "File with the target's password (or REPLICATOR_TARGET_PASSWORD).");

  static final Setting SOURCE_SENTINEL_USER =
      LIST.add(
          "source-sentinel-user",
          text("name"),
          "",
          on(COMPARE),
          also(),
          "ACL user at the source's Sentinels.");

  static final Setting SOURCE_SENTINEL_PASSWORD_FILE =
      LIST.add(
          "source-sentinel-password-file",
          text("file"),
          "",
          on(COMPARE),
          also(),
          "File with the password of the source's Sentinels.");

  static final Setting SOURCE_TLS =
      LIST.add("source-tls", flag(), "false", on(COMPARE), also(), "TLS to the source.");

  static final Setting TARGET_SENTINEL_USER =
      LIST.add(
          "target-sentinel-user",
          text("name"),
          "",
          on(COMPARE),
          also(),
          "ACL user at the target's Sentinels.");

  static final Setting TARGET_SENTINEL_PASSWORD_FILE =
      LIST.add(
          "target-sentinel-password-file",
          text("file"),
          "",
          on(COMPARE),
          also(),
          "File with the password of the target's Sentinels.");

  static final Setting TARGET_TLS =
      LIST.add("target-tls", flag(), "false", on(COMPARE), also(), "TLS to the target.");

  static final Setting SOURCE_CA =
      LIST.add(
          "source-ca",
          text("file"),
          "",
          on(COMPARE),
          also(),
          "CA certificates (PEM) for the source.");

  static final Setting TARGET_CA =
      LIST.add(
          "target-ca",
          text("file"),
          "",
          on(COMPARE),
          also(),
          "CA certificates (PEM) for the target.");

  private SidesSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
