package io.replicator.hub.qos;

import io.replicator.api.QosLevel;
import java.util.Map;

/**
 * The most that is sent on a connection, in bytes a second.
 *
 * @param totalBytesPerSecond of all levels together, 0 = no cap
 * @param levelBytesPerSecond of single levels; a level that is missing has no cap
 */
public record QosCaps(long totalBytesPerSecond, Map<QosLevel, Long> levelBytesPerSecond) {
  public static final QosCaps NONE = new QosCaps(0, Map.of());

  public QosCaps {
    levelBytesPerSecond = Map.copyOf(levelBytesPerSecond);
    require("total", totalBytesPerSecond, 0);
    levelBytesPerSecond.forEach((level, cap) -> require(level.name(), cap, 1));
  }

  /** The cap of a level, 0 = none. */
  public long of(QosLevel level) {
    return levelBytesPerSecond.getOrDefault(level, 0L);
  }

  /** The most that this level may ever get: its own cap or that of all, 0 = none. */
  public long least(QosLevel level) {
    long own = of(level);
    return own == 0 || totalBytesPerSecond == 0
        ? Math.max(own, totalBytesPerSecond)
        : Math.min(own, totalBytesPerSecond);
  }

  private static void require(String name, long cap, long min) {
    if (cap < min) {
      throw new IllegalArgumentException(
          "cap " + name + " of " + cap + " bytes/s: at least " + min + " expected");
    }
  }
}
