package io.replicator.hub.qos;

import java.util.concurrent.TimeUnit;

/**
 * A rate cap: open while it has tokens, one a byte. A block may take more than there are; then it
 * is closed until the debt is paid back. Tokens for at most a fiftieth of a second are saved up.
 */
final class TokenBucket {
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double SAVED_SECONDS = 0.02;

  private long bytesPerSecond;
  private double tokens;
  private long lastNanos;

  /** A rate of 0 = no cap. The saved tokens and the debt stay. */
  void setRate(long newBytesPerSecond, long nowNanos) {
    refill(nowNanos);
    if (bytesPerSecond == 0) {
      tokens = saved(newBytesPerSecond);
    }
    bytesPerSecond = newBytesPerSecond;
    tokens = Math.min(tokens, saved(newBytesPerSecond));
  }

  /** Asked several times for each block: without a cap it costs nothing. */
  boolean isOpen(long nowNanos) {
    if (bytesPerSecond == 0) {
      return true;
    }
    refill(nowNanos);
    return tokens > 0;
  }

  void take(int bytes, long nowNanos) {
    if (bytesPerSecond > 0) {
      refill(nowNanos);
      tokens -= bytes;
    }
  }

  /** 0 = open now. */
  long nanosUntilOpen(long nowNanos) {
    return isOpen(nowNanos) ? 0 : (long) (-tokens / bytesPerSecond * NANOS) + 1;
  }

  private void refill(long nowNanos) {
    double gained = (nowNanos - lastNanos) / NANOS * bytesPerSecond;
    lastNanos = nowNanos;
    tokens = Math.min(tokens + gained, saved(bytesPerSecond));
  }

  private static double saved(long bytesPerSecond) {
    return Math.max(1, bytesPerSecond * SAVED_SECONDS);
  }
}
