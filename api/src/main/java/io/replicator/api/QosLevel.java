package io.replicator.api;

/** The four levels of service, most urgent first. The ordinal is the priority and the wire code. */
public enum QosLevel {
  REALTIME,
  HIGH,
  LOW,
  IDLE;

  private static final QosLevel[] LEVELS = values();

  /** The level of the nth database of an ordered list (0-based); all after the fourth are IDLE. */
  public static QosLevel ofPosition(int position) {
    return LEVELS[Math.min(position, LEVELS.length - 1)];
  }

  /** The level by its name in any case; the error names the value and the four choices. */
  public static QosLevel parse(String text) {
    for (QosLevel level : LEVELS) {
      if (level.name().equalsIgnoreCase(text.strip())) {
        return level;
      }
    }
    throw new IllegalArgumentException(
        "unknown QoS level '" + text + "': expected realtime, high, low or idle");
  }
}
