package io.replicator.hub.delivery;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * At what rate a client takes what it is sent, learned while its credit is used up. Behind a proxy
 * nothing else tells: the hub's own connection ends there and is fast.
 *
 * <pre>
 *   ack ── at least 200 ms, credit was used up in between ──▶ ack: bytes / time is one rate
 *   after a pause: from the moment on when credit was used up
 *   the best of the last eight stretches counts; none of them used up: not known
 * </pre>
 */
final class CreditRate {
  private static final long MIN_STRETCH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int STRETCHES = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  private final double[] rates = new double[STRETCHES]; // 0 = credit was left
  private int next;
  private long begunNanos;
  private long ackedBytes;
  private boolean usedUp;

  CreditRate(long nowNanos) {
    begunNanos = nowNanos;
  }

  /** Something was to be sent and there was no credit for it. */
  void usedUp(long nowNanos) {
    if (!usedUp && nowNanos - begunNanos > MIN_STRETCH_NANOS) {
      begunNanos = nowNanos;
      ackedBytes = 0;
    }
    usedUp = true;
  }

  /** The client acknowledged so many bytes more. */
  void acked(long bytes, long nowNanos) {
    ackedBytes += bytes;
    long took = nowNanos - begunNanos;
    if (took < MIN_STRETCH_NANOS) {
      return;
    }
    rates[next] = usedUp ? ackedBytes / (took / NANOS_PER_SECOND) : 0;
    next = (next + 1) % STRETCHES;
    begunNanos = nowNanos;
    ackedBytes = 0;
    usedUp = false;
  }

  /** Empty: credit was never used up of late, so the client is not what holds things up. */
  OptionalLong bytesPerSecond() {
    double best = 0;
    for (double rate : rates) { // asked for each batch of each client
      best = Math.max(best, rate);
    }
    return best == 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(1, (long) best));
  }
}
