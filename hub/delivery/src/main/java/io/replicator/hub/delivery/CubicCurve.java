package io.replicator.hub.delivery;

/**
 * How a window grows again after it was cut, as that of a TCP connection does which shares the
 * line: CUBIC (RFC 9438), at least as fast as Reno. It is told the time.
 */
final class CubicCurve {
  /** What is left of a window after a cut. */
  static final double CUT = 0.7;

  private static final double SCALING = 0.4;
  private static final double PACKET_BYTES = 1200;
  private static final double RENO_SLOPE = 3 * (1 - CUT) / (1 + CUT);
  private static final double NANOS_PER_SECOND = 1e9;

  private double before;
  private double after;
  private long beganNanos;

  /** The window was cut from this many bytes; gives what is left. */
  double cut(double windowBytes, long nowNanos) {
    // Two cuts without having come back in between: others want more (RFC 9438, 4.7).
    before = windowBytes < before ? windowBytes * (1 + CUT) / 2 : windowBytes;
    return goOn(windowBytes * CUT, nowNanos);
  }

  /** Grows from this window on, towards what there was before the last cut. */
  double goOn(double windowBytes, long nowNanos) {
    after = windowBytes;
    beganNanos = nowNanos;
    return windowBytes;
  }

  /** Forgets what there was. */
  void reset() {
    before = 0;
  }

  /** This long nothing could grow. */
  void paused(long nanos) {
    beganNanos += nanos;
  }

  double windowBytes(long roundTripNanos, long nowNanos) {
    double seconds = (nowNanos - beganNanos) / NANOS_PER_SECOND;
    double most = Math.max(before, after) / PACKET_BYTES;
    double toMost = Math.cbrt((most - after / PACKET_BYTES) / SCALING);
    double cubic = SCALING * Math.pow(seconds - toMost, 3) + most;
    double reno =
        after / PACKET_BYTES + RENO_SLOPE * (nowNanos - beganNanos) / Math.max(1, roundTripNanos);
    return Math.max(cubic, reno) * PACKET_BYTES;
  }
}
