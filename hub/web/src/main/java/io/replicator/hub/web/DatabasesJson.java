package io.replicator.hub.web;

import io.replicator.hub.delivery.CollectionSettings;
import io.replicator.hub.delivery.HubCore;
import io.replicator.hub.delivery.Visitor;
import io.replicator.hub.delivery.Visitor.DatabaseView;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What there is and may be read (P126). */
final class DatabasesJson {
  private DatabasesJson() {}

  static String of(HubCore hub, Visitor visitor) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("hubId", hub.hubId());
    root.put("databases", visitor.databases().stream().map(DatabasesJson::database).toList());
    return JsonText.of(root);
  }

  private static Map<String, Object> database(DatabaseView view) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("database", view.database());
    json.put("ready", view.ready());
    json.put("versioned", view.versioned());
    json.put("level", view.level().name().toLowerCase(Locale.ROOT));
    view.keys().ifPresent(keys -> json.put("keys", keys));
    json.put("allowed", view.allowed());
    json.put("collections", view.collections().stream().map(DatabasesJson::collection).toList());
    return json;
  }

  static Map<String, Object> collection(CollectionSettings collection) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", collection.name());
    json.put("level", collection.level().name().toLowerCase(Locale.ROOT));
    json.put("match", collection.patterns().includes());
    json.put("exclude", collection.patterns().excludes());
    return json;
  }
}
