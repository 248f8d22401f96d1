package io.replicator.hub.web;

import io.replicator.hub.delivery.DatabaseSettings;
import io.replicator.hub.delivery.HubCore;
import io.replicator.hub.delivery.LastScan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The status as the page reads it (P137). */
final class StatusPage {
  private StatusPage() {}

  static String of(HubCore hub, long unixMillis) {
    Map<String, Object> root = StatusJson.map(hub.status());
    root.put("unixMillis", unixMillis);
    if (root.get("databases") instanceof List<?> databases) {
      root.put(
          "databases",
          databases.stream().map(database -> withSettings(hub, (Map<?, ?>) database)).toList());
    }
    return JsonText.of(root);
  }

  private static Map<String, Object> withSettings(HubCore hub, Map<?, ?> database) {
    Map<String, Object> json = new LinkedHashMap<>();
    database.forEach((name, value) -> json.put(String.valueOf(name), value));
    int number = ((Number) database.get("database")).intValue();
    DatabaseSettings settings = hub.settingsOf(number);
    json.put("level", settings.level().name().toLowerCase(Locale.ROOT));
    json.put(
        "collections",
        settings.collections().stream().map(DatabasesJson::collection).toList());
    Optional<LastScan> repair = hub.lastRepairOf(number);
    json.put("lastRepair", repair.map(StatusPage::repair));
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
