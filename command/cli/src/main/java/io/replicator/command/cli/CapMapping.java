package io.replicator.command.cli;

import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.qos.QosCaps;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * {@code rate}, {@code rates} and {@code caps} as the hub's caps. A rule of {@code caps} says whom
 * it is for ({@code identity} or {@code client}) and what is different there; 0 lifts a cap.
 */
final class CapMapping {
  private final Given given;

  CapMapping(Given given) {
    this.given = given;
  }

  CapRules rules() {
    Map<QosLevel, Long> levels = new EnumMap<>(QosLevel.class);
    given
        .map(LinkSettings.RATES)
        .forEach((level, rate) -> put(levels, given.origin(LinkSettings.RATES), level, rate));
    QosCaps others = new QosCaps(given.bytes(LinkSettings.RATE), levels);
    List<CapRules.CapRule> rules = new ArrayList<>();
    for (Map<String, Object> map : given.maps(LinkSettings.CAPS)) {
      rules.add(rule(new Fields(given.origin(LinkSettings.CAPS), map), others));
    }
    return new CapRules(others, rules);
  }

  private static CapRules.CapRule rule(Fields fields, QosCaps others) {
    fields.allow("identity", "client", "rate", "rates");
    Map<QosLevel, Long> levels = new EnumMap<>(QosLevel.class);
    levels.putAll(others.levelBytesPerSecond());
    fields.map("rates").forEach((level, rate) -> put(levels, fields.origin("rates"), level, rate));
    String rate = fields.text("rate", "");
    long total = rate.isEmpty() ? others.totalBytesPerSecond() : size(fields.origin("rate"), rate);
    return new CapRules.CapRule(whom(fields), new QosCaps(total, levels));
  }

  private static CapRules.Whom whom(Fields fields) {
    String identity = fields.text("identity", "");
    String client = fields.text("client", "");
    if (identity.isBlank() == client.isBlank()) {
      throw new UsageError(
          fields.origin("identity")
              + ": expected either 'identity' (the name in the client's certificate or of its token)"
              + " or 'client' (the name that it calls itself) in each rule");
    }
    return identity.isBlank() ? new CapRules.Client(client) : new CapRules.Identity(identity);
  }

  private static void put(Map<QosLevel, Long> levels, String origin, String name, Object rate) {
    QosLevel level = DatabaseChoice.level(origin, name);
    long size = size(origin + ": " + name, rate.toString());
    if (size == 0) {
      levels.remove(level);
    } else {
      levels.put(level, size);
    }
  }

  private static long size(String origin, String text) {
    try {
      return Units.parseSize(text);
    } catch (IllegalArgumentException e) {
      throw new UsageError(origin + ": '" + text + "': expected " + e.getMessage(), e);
    }
  }
}
