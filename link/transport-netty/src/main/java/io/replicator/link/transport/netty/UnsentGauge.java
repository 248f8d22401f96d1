package io.replicator.link.transport.netty;

import java.util.OptionalLong;

/**
 * How many bytes may wait below a connection: about {@link TcpSettings#unsentTime} of the rate at
 * which the kernel sends. More, and what is chosen now waits behind what was chosen long ago; less,
 * and the link runs dry before anybody notices that there is room.
 *
 * <p>On a slow link the kernel's own limit (TCP_NOTSENT_LOWAT) is too coarse, because it is looked
 * at only when a new packet buffer of up to 64 KiB is begun; so there the gauge is {@link #fine}:
 * the kernel is asked how much it has not sent.
 */
final class UnsentGauge {
  static final int MIN_BYTES = 2048;

  /**
   * Less than one packet unsent and the kernel takes the connection for idle ("app limited"): bbr
   * then never learns the link's rate and floods it.
   */
  static final int MIN_REFILL_BYTES = 1536;

  /** The least where {@link PacingCap} keeps the rate, so that nothing has to be learned by bbr. */
  static final int MIN_TIGHT_BYTES = 1024;

  /** Where the rate is kept to it is steady, and less has to be in store. */
  private static final double TIGHT_PART = 0.5;

  /** How far above the delivered rate a congestion control may send while it probes. */
  private static final double MAX_PROBE_GAIN = 3;

  /** Until the rate is known: what a new connection may send at once (10 packets, RFC 6928). */
  static final int START_BYTES = 14_600;

  static final int FINE_BELOW_BYTES = 128 * 1024;

  private static final long MIN_WAIT_NANOS = 500_000;
  private static final long MAX_WAIT_NANOS = 20_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  /** A start does not reach the link's rate sooner. */
  private static final int SUPPOSED_ROUND_TRIPS = 8;

  private final long unsentNanos;
  private final int maxBytes;

  private int limitBytes;
  private double bytesPerSecond;
  private double drainPerSecond;
  private long rttNanos;
  private long leastRttNanos;
  private long sampledNanos;
  private boolean filled;
  private boolean tight;

  /** What an earlier connection has learned; holds until this one has had the time to. */
  private double supposed;

  private long supposedNanos;

  UnsentGauge(long unsentNanos, int maxBytes) {
    this.unsentNanos = unsentNanos;
    this.maxBytes = maxBytes;
    limitBytes = Math.min(START_BYTES, maxBytes);
  }

  /** A gauge for systems that tell nothing: its limit stays where it is. */
  static UnsentGauge fixed(int bytes) {
    UnsentGauge gauge = new UnsentGauge(0, bytes);
    gauge.limitBytes = bytes;
    return gauge;
  }

  int limitBytes() {
    return limitBytes;
  }

  /** Whether the kernel's unsent bytes have to be asked for and count. */
  boolean fine() {
    return limitBytes < FINE_BELOW_BYTES;
  }

  OptionalLong rttNanos() {
    return rttNanos == 0 ? OptionalLong.empty() : OptionalLong.of(rttNanos);
  }

  OptionalLong leastRttNanos() {
    return leastRttNanos == 0 ? OptionalLong.empty() : OptionalLong.of(leastRttNanos);
  }

  /** The link's rate, once it was ever filled: what an idle connection sends says nothing of it. */
  OptionalLong bytesPerSecond() {
    return bytesPerSecond == 0 || !filled
        ? OptionalLong.empty()
        : OptionalLong.of((long) bytesPerSecond);
  }

  /**
   * Takes what the kernel says. A rate that was held down by having nothing to send counts only if
   * it is above what is known; otherwise the known rate follows within about one round trip.
   */
  void sample(TcpInfo info, long nowNanos) {
    rttNanos = info.rttNanos();
    leastRttNanos = rttNanos == 0 ? 0 : info.minRttNanos();
    long elapsed = nowNanos - sampledNanos;
    sampledNanos = nowNanos;
    double measured = info.deliveryRate();
    filled |= measured != 0 && !info.appLimited();
    if (measured != 0 && !(info.appLimited() && measured <= bytesPerSecond)) {
      double weight = bytesPerSecond == 0 ? 1 : Math.min(1, elapsed / (double) (rttNanos + 1));
      bytesPerSecond += (measured - bytesPerSecond) * weight;
    }
    if (supposed != 0 && nowNanos - supposedNanos < SUPPOSED_ROUND_TRIPS * rttNanos) {
      bytesPerSecond = Math.max(bytesPerSecond, supposed);
    }
    if (bytesPerSecond == 0) {
      return;
    }
    double sends = info.pacingRate() == 0 ? bytesPerSecond : info.pacingRate();
    drainPerSecond = Math.min(sends, bytesPerSecond * MAX_PROBE_GAIN);
    double wanted = drainPerSecond * unsentNanos / NANOS_PER_SECOND * (tight ? TIGHT_PART : 1);
    int least = tight ? MIN_TIGHT_BYTES : MIN_BYTES;
    limitBytes = (int) Math.clamp(wanted, Math.min(least, maxBytes), maxBytes);
  }

  /** An earlier connection has learned this rate of the link. */
  void suppose(long rate, long nowNanos) {
    supposed = rate;
    supposedNanos = nowNanos;
    bytesPerSecond = rate;
    filled = true;
  }

  /** Whether the link's rate is known and kept to: then very little may wait. */
  void setTight(boolean kept) {
    tight = kept;
  }

  /** There is room again when no more than this waits. */
  int refillBytes() {
    return tight
        ? limitBytes / 2
        : Math.max(limitBytes / 2, Math.min(MIN_REFILL_BYTES, limitBytes));
  }

  /** When to look again, if nothing tells before: about when there is room. */
  long waitNanos(long unsentBytes) {
    double excess = unsentBytes - refillBytes();
    double wait = drainPerSecond == 0 ? 0 : excess / drainPerSecond * NANOS_PER_SECOND;
    return (long) Math.clamp(wait, MIN_WAIT_NANOS, MAX_WAIT_NANOS);
  }
}
