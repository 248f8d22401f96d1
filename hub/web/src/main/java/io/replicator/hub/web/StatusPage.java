package io.replicator.hub.web;

import io.replicator.hub.delivery.DatabaseSettings;
import io.replicator.hub.delivery.HubCore;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.hub.delivery.HubStatus.DatabaseStatus;
import io.replicator.hub.delivery.LastScan;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The status as the page reads it (P137). */
final class StatusPage {
  private StatusPage() {}

  static String of(HubCore hub, long unixMillis) {
    HubStatus status = hub.status();
    Map<String, Object> root = StatusJson.map(status);
    root.put("unixMillis", unixMillis);
    root.put(
        "databases",
        status.databases().stream().map(database -> withSettings(hub, database)).toList());
    return JsonText.of(root);
  }

  private static Map<String, Object> withSettings(HubCore hub, DatabaseStatus database) {
    Map<String, Object> json = StatusJson.database(database);
    DatabaseSettings settings = hub.settingsOf(database.database());
    json.put("level", settings.level().name().toLowerCase(Locale.ROOT));
    json.put(
        "collections", settings.collections().stream().map(DatabasesJson::collection).toList());
    json.put("lastRepair", hub.lastRepairOf(database.database()).map(StatusPage::repair));
    return json;
  }

  private static Map<String, Object> repair(LastScan scan) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("reason", scan.reason());
    json.put("unixMillis", scan.endedUnixMillis());
    json.put("changedKeys", scan.changedKeys());
    return json;
  }
}
