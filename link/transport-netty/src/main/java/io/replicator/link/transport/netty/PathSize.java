package io.replicator.link.transport.netty;

/**
 * The largest payload that a path is thought to carry: falls when one did not fit, and is tried a
 * step larger after a while, because paths change. Confined to the loop.
 */
final class PathSize {
  private static final int STEP_BYTES = 64;
  private static final long TRIED_AGAIN_AFTER_NANOS = 30_000_000_000L;

  private final int most;
  private int now;
  private long changedNanos;

  PathSize(int most) {
    this.most = most;
    this.now = most;
  }

  int bytes(long nowNanos) {
    if (now < most && nowNanos - changedNanos >= TRIED_AGAIN_AFTER_NANOS) {
      now = Math.min(most, now + STEP_BYTES);
      changedNanos = nowNanos;
    }
    return now;
  }

  void didNotFit(int bytes, long nowNanos) {
    now = Math.max(QuicSettings.MIN_MAX_BYTES, Math.min(now, bytes - STEP_BYTES));
    changedNanos = nowNanos;
  }
}
