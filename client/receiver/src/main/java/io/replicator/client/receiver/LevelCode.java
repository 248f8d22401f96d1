package io.replicator.client.receiver;

import io.replicator.api.QosLevel;
import io.replicator.link.wire.Level;
import org.jspecify.annotations.Nullable;

/** QoS levels as they stand on the wire, and back. */
final class LevelCode {
  private LevelCode() {}

  static Level toWire(@Nullable QosLevel level) {
    if (level == null) {
      return Level.LEVEL_UNSPECIFIED;
    }
    return switch (level) {
      case REALTIME -> Level.LEVEL_REALTIME;
      case HIGH -> Level.LEVEL_HIGH;
      case LOW -> Level.LEVEL_LOW;
      case IDLE -> Level.LEVEL_IDLE;
    };
  }

  /** One that this version does not know counts as the least urgent. */
  static QosLevel fromWire(Level level) {
    return switch (level) {
      case LEVEL_REALTIME -> QosLevel.REALTIME;
      case LEVEL_HIGH -> QosLevel.HIGH;
      case LEVEL_LOW -> QosLevel.LOW;
      case LEVEL_IDLE, LEVEL_UNSPECIFIED, UNRECOGNIZED -> QosLevel.IDLE;
    };
  }
}
