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

/** Who may talk to whom over the link. */
final class SecuritySettings {

  private static final SettingList LIST = new SettingList(SettingGroup.SECURITY);

  static final Setting TLS_CA =
      LIST.add(
          "TLSCA",
          text("file"),
          "ca.pem",
          on(HUB, CLIENT, VERIFY),
          original(),
          "CA certificates (PEM) the other side is verified against.");

  static final Setting TLS_CRT =
      LIST.add(
          "TLSCRT",
          words("crt,key"),
          "certificate.crt,certificate.key",
          on(HUB, CLIENT, VERIFY),
          original(),
          "Certificate and key (PEM) to show to the other side. TLS is on when the files exist.");

  static final Setting INSECURE =
      LIST.add(
          "insecure",
          flag(),
          "false",
          on(HUB, CLIENT, VERIFY),
          also(),
          "Allow plain TCP on addresses other than loopback.");

  static final Setting TOKEN_FILE =
      LIST.add(
          "token-file",
          text("file"),
          "",
          on(CLIENT, VERIFY),
          also(),
          "File whose first line is the token to show to the hub (or REPLICATOR_TOKEN).");

  static final Setting ACCESS =
      LIST.add(
          "access",
          new SettingType.Structure(),
          "",
          on(HUB),
          also(),
          "Who may read what: identity or token-file, databases, match. None = everybody everything.");

  private SecuritySettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
