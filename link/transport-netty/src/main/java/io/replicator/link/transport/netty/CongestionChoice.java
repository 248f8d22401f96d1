package io.replicator.link.transport.netty;

import java.util.Optional;

/**
 * Which congestion control a connection uses, where the operator wants bbr. bbr finds the link's
 * rate and lives with loss, but every ten seconds it all but stops sending for 200 ms to measure
 * the round-trip time. Where the rate is known and kept to ({@link PacingCap}) and nothing is lost,
 * cubic never gets to act and has no such pauses; the first loss brings bbr back. Told the time.
 */
final class CongestionChoice {
  static final String BBR = "bbr";
  static final String CUBIC = "cubic";

  private static final long QUIET_NANOS = 2_000_000_000L;
  private static final long AFTER_LOSS_NANOS = 20_000_000_000L;

  private final boolean chooses;
  private boolean cubic;
  private boolean lossy;
  private int retransmissions;
  private long sinceNanos;
  private boolean started;

  CongestionChoice(String wanted) {
    chooses = wanted.equals(BBR);
  }

  /** Whether the operator left it to us; else nothing is changed, and no pacing cap is set. */
  boolean chooses() {
    return chooses;
  }

  /**
   * @param holds whether the link's rate is known and kept to
   * @return what to change to now
   */
  Optional<String> next(boolean holds, int totalRetransmissions, long nowNanos) {
    if (!chooses) {
      return Optional.empty();
    }
    boolean lost = started && totalRetransmissions != retransmissions;
    if (lost || !holds || !started) {
      sinceNanos = nowNanos;
    }
    started = true;
    retransmissions = totalRetransmissions;
    if (lost || !holds) {
      lossy |= lost && cubic;
      return cubic ? change(false) : Optional.empty();
    }
    long quiet = lossy ? AFTER_LOSS_NANOS : QUIET_NANOS;
    return !cubic && nowNanos - sinceNanos >= quiet ? change(true) : Optional.empty();
  }

  private Optional<String> change(boolean toCubic) {
    cubic = toCubic;
    return Optional.of(toCubic ? CUBIC : BBR);
  }
}
