package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.HUB;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.flag;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.original;
import static io.replicator.command.cli.SettingList.text;
import static io.replicator.command.cli.SettingList.words;

import java.util.List;

/** The one Redis beside a hub or a client: where it is and how to log in. */
final class RedisSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.REDIS);

  static final Setting REDIS_ADDRESS =
      LIST.add(
          "redis",
          words("host:port"),
          "127.0.0.1:6379",
          on(HUB, CLIENT, VERIFY),
          original(),
          "The Redis beside this process; several addresses of the same one are tried in order.");

  static final Setting SENTINEL =
      LIST.add(
          "sentinel",
          flag(),
          "false",
          on(HUB, CLIENT, VERIFY),
          original(),
          "The addresses in --redis are Sentinels, which know the master.");

  static final Setting SENTINEL_MASTER =
      LIST.add(
          "sentinel-master",
          text("name"),
          "mymaster",
          on(HUB, CLIENT, VERIFY),
          also(),
          "Name of the master at the Sentinels.");

  static final Setting REDIS_USER =
      LIST.add(
          "redis-user",
          text("name"),
          "",
          on(HUB, CLIENT, VERIFY),
          also("--user"),
          "ACL user at Redis; none = the default user.");

  static final Setting REDIS_PASSWORD_FILE =
      LIST.add(
          "redis-password-file",
          text("file"),
          "",
          on(HUB, CLIENT, VERIFY),
          also(),
          "File whose first line is the Redis password (or REPLICATOR_REDIS_PASSWORD).");

  static final Setting SENTINEL_USER =
      LIST.add(
          "sentinel-user",
          text("name"),
          "",
          on(HUB, CLIENT, VERIFY),
          also(),
          "ACL user at the Sentinels; none = the default user.");

  static final Setting SENTINEL_PASSWORD_FILE =
      LIST.add(
          "sentinel-password-file",
          text("file"),
          "",
          on(HUB, CLIENT, VERIFY),
          also(),
          "File with the Sentinels' password (or REPLICATOR_SENTINEL_PASSWORD).");

  static final Setting REDIS_TLS =
      LIST.add(
          "redis-tls", flag(), "false", on(HUB, CLIENT, VERIFY), also("--tls"), "TLS to Redis.");

  static final Setting REDIS_CA =
      LIST.add(
          "redis-ca",
          text("file"),
          "",
          on(HUB, CLIENT, VERIFY),
          also(),
          "CA certificates (PEM) that Redis is verified against; none = those of Java.");

  static final Setting REDIS_CERTIFICATE =
      LIST.add(
          "redis-certificate",
          words("crt,key"),
          "",
          on(HUB, CLIENT, VERIFY),
          also(),
          "Certificate and key (PEM) to show to Redis.");

  private RedisSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
