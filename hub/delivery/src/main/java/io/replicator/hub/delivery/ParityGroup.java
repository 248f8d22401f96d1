package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.link.codec.ParitySum;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams that will share the next parity. It is as long as the longest of them, so it leaves
 * when they have as many times its bytes as the policy says: short ones are more. When no more come
 * for a while it leaves earlier, now and then: a quarter more than their share of the bytes is the
 * most that parities cost. Confined to the loop.
 */
final class ParityGroup {
  private static final long MIN_WAIT_NANOS = 4_000_000;
  private static final long MAX_WAIT_NANOS = 40_000_000;
  private static final int WAIT_PARTS_OF_ROUND_TRIP = 4;

  private static final int PARTS_FOR_FEW = 4;

  /** What can be saved up for parities of few. */
  private static final int MAX_SAVED_BYTES = 4096;

  private final ParityPolicy policy;
  private final RoundTrip roundTrip;
  private final ParitySum sum = new ParitySum();
  private int wanted;
  private long sharedBytes;
  private double savedBytes;
  private long lastNanos;

  ParityGroup(ParityPolicy policy, RoundTrip roundTrip) {
    this.policy = policy;
    this.roundTrip = roundTrip;
  }

  void sent(long number, byte[] payload, QosLevel level, long nowNanos) {
    int datagrams = policy.datagrams(level);
    if (datagrams == 0) {
      clear();
      return;
    }
    wanted = sum.count() == 0 ? datagrams : Math.min(wanted, datagrams);
    sum.add(number, payload);
    sharedBytes = (sum.count() == 1 ? 0 : sharedBytes) + payload.length;
    double share = payload.length / (double) (datagrams * PARTS_FOR_FEW);
    savedBytes = Math.min(MAX_SAVED_BYTES, savedBytes + share);
    lastNanos = nowNanos;
  }

  /** When {@link #due} should be asked next if nothing is sent before; -1 = there is no need. */
  long nextNanos() {
    return sum.count() == 0 ? -1 : lastNanos + waitNanos();
  }

  private long waitNanos() {
    long part = roundTrip.smoothedNanos() / WAIT_PARTS_OF_ROUND_TRIP;
    return Math.clamp(part, MIN_WAIT_NANOS, MAX_WAIT_NANOS);
  }

  /** The parity that leaves now; null = none does. */
  byte @Nullable [] due(int maxBytes, long nowNanos) {
    if (sum.count() == 0) {
      return null;
    }
    boolean full =
        sharedBytes >= (long) wanted * sum.longest() || sum.count() == ParitySum.MAX_COUNT;
    boolean over = nowNanos >= lastNanos + waitNanos();
    if (!full && !over) {
      return null;
    }
    if (sum.bytes() > maxBytes || (!full && savedBytes < sum.bytes())) {
      sum.clear(); // what is lost of them is repaired as usual
      return null;
    }
    savedBytes -= full ? 0 : sum.bytes();
    return sum.take();
  }

  void clear() {
    sum.clear();
    savedBytes = 0;
    wanted = 0;
  }

  /** Of this window what is left for datagrams themselves. */
  long withoutParities(long windowBytes) {
    return wanted == 0 ? windowBytes : windowBytes * wanted / (wanted + 1);
  }
}
