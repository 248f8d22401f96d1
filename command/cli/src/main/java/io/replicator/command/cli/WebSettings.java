package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.DEMO;
import static io.replicator.command.cli.CommandName.HUB;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.words;

import java.util.List;

/** A hub's HTTP side: the page, browsers, curl, WebSockets. */
final class WebSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.WEB);

  static final Setting WEB =
      LIST.add(
          "web",
          words("host:port"),
          "",
          on(HUB, DEMO),
          also(),
          "Address of the page, entries, changes and WebSockets, like :8080; none = nowhere (demo: a free port).");

  static final Setting WEB_ORIGINS =
      LIST.add(
          "web-origins",
          words("url,url"),
          "",
          on(HUB),
          also(),
          "Other origins whose pages may use the hub, like https://app.example.org; * = all.");

  static final Setting WEB_CONNECTIONS =
      LIST.add(
          "web-connections",
          new SettingType.Count(1, 1_000_000),
          "4096",
          on(HUB),
          also(),
          "Most HTTP connections at a time, WebSockets among them.");

  private WebSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
