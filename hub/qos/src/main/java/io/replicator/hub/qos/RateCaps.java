package io.replicator.hub.qos;

import io.replicator.api.QosLevel;
import java.util.EnumMap;
import java.util.Map;

/**
 * The caps of one subscriber at work: how much of each has been used. The schedulers of all its
 * ways (connection, datagrams) take from the same ones, so a cap holds for what they send together.
 * May be changed at any time. Confined to the hub's loop.
 */
public final class RateCaps {
  private final TokenBucket total = new TokenBucket();
  private final Map<QosLevel, TokenBucket> levels = new EnumMap<>(QosLevel.class);
  private QosCaps caps = QosCaps.NONE;

  public RateCaps(QosCaps caps, long nowNanos) {
    for (QosLevel level : QosLevel.values()) {
      levels.put(level, new TokenBucket());
    }
    set(caps, nowNanos);
  }

  /** Others from now on. What was sent too much before is still owed. */
  public void set(QosCaps newCaps, long nowNanos) {
    caps = newCaps;
    total.setRate(newCaps.totalBytesPerSecond(), nowNanos);
    levels.forEach((level, bucket) -> bucket.setRate(newCaps.of(level), nowNanos));
  }

  public QosCaps caps() {
    return caps;
  }

  /** So much was sent in this level. */
  public void take(QosLevel level, int bytes, long nowNanos) {
    total.take(bytes, nowNanos);
    bucket(level).take(bytes, nowNanos);
  }

  /** When this level may send, 0 = now. */
  public long nanosUntilOpen(QosLevel level, long nowNanos) {
    return Math.max(total.nanosUntilOpen(nowNanos), bucket(level).nanosUntilOpen(nowNanos));
  }

  TokenBucket total() {
    return total;
  }

  TokenBucket bucket(QosLevel level) {
    TokenBucket bucket = levels.get(level);
    if (bucket == null) {
      throw new IllegalStateException("every level has a bucket, but not " + level);
    }
    return bucket;
  }
}
