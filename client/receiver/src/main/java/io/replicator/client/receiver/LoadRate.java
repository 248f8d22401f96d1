package io.replicator.client.receiver;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Keys a second of a backfill over the last seconds, and what that means for the rest of it. */
final class LoadRate {
  private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int SLOTS = 20;

  /** Total at the end of each half second, in a ring. */
  private final long[] totals = new long[SLOTS];

  private final long beganNanos;
  private long total;
  private long slot;

  LoadRate(long nowNanos) {
    beganNanos = nowNanos;
  }

  void add(long keys, long nowNanos) {
    moveTo(nowNanos);
    total += keys;
  }

  long perSecond(long nowNanos) {
    moveTo(nowNanos);
    long slotsBack = Math.min(slot, SLOTS - 1);
    long before = slotsBack == 0 ? 0 : totals[(int) ((slot - slotsBack) % SLOTS)];
    long sinceNanos = nowNanos - beganNanos - (slot - slotsBack) * SLOT_NANOS;
    return sinceNanos <= 0
        ? 0
        : (long) ((total - before) / (sinceNanos / (double) TimeUnit.SECONDS.toNanos(1)));
  }

  OptionalLong remainingSeconds(long expected, long nowNanos) {
    long rate = perSecond(nowNanos);
    return rate == 0 || expected <= 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, expected - total) / rate);
  }

  /** totals[n] becomes the total at the start of slot n. */
  private void moveTo(long nowNanos) {
    long now = (nowNanos - beganNanos) / SLOT_NANOS;
    long first = Math.max(slot + 1, now - SLOTS + 1);
    for (long passed = first; passed <= now; passed++) {
      totals[(int) (passed % SLOTS)] = total;
    }
    slot = Math.max(slot, now);
  }
}
