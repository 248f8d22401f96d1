package io.replicator.link.transport.netty;

/**
 * The queue that the start of a connection builds. bbr trebles its rate each round trip until no
 * more arrives; by then up to two round trips of data stand in front of the link's narrowest place,
 * and a fresh change waits behind them. Seen here as soon as acknowledgements come late, and
 * drained by what is known without waiting for an answer: how much is in flight.
 *
 * <pre>
 *   WATCHING ── later than the least, more in flight than the link holds ──▶ DRAINING: far below the rate
 *      ▲                                                                │  │
 *      └──── it went before that could have done anything: no queue ────┘  └─ no more in flight than
 *                                                                             the link holds ──▶ DRAINED
 * </pre>
 *
 * While a queue stands what arrives is the link's rate. Told the time.
 */
final class StartQueue {
  enum Phase {
    WATCHING,
    DRAINING,
    DRAINED
  }

  private static final long MIN_WINDOW_NANOS = 25_000_000;
  private static final int MIN_WINDOW_PACKETS = 8;
  private static final double PACKET_BYTES = 1500;
  private static final long LATE_NANOS = 5_000_000;
  private static final int LATE_PACKETS = 2;
  private static final int LATE_PART_OF_RTT = 12;
  private static final double TOO_MUCH = 1.25;
  private static final double HELD = 1.02;
  private static final double DRAINING_PART = 0.25;
  private static final int MAX_FALSE_ALARMS = 3;
  private static final double NANOS_PER_SECOND = 1e9;

  private Phase phase = Phase.WATCHING;
  private boolean started;
  private int falseAlarms;
  private long windowNanos;
  private long windowArrived;
  private long drainNanos;
  private long drainArrived;
  private double rate; // of the last window; while draining, of the first round trip of that
  private boolean measured;
  private double best;
  private long longNanos;
  private long longArrived;

  /** Bytes a second that arrived while the queue stood. */
  double rate() {
    return rate;
  }

  /** The most bytes a second that arrived during any round trip of the start. */
  double best() {
    return best;
  }

  /** While draining: what may be sent. */
  double cap() {
    return rate * DRAINING_PART;
  }

  /** A new start. */
  void reset() {
    phase = Phase.WATCHING;
    started = false;
    falseAlarms = 0;
    best = 0;
  }

  Phase look(TcpInfo info, long nowNanos) {
    remember(info, nowNanos);
    switch (phase) {
      case WATCHING -> watch(info, nowNanos);
      case DRAINING -> drain(info, nowNanos);
      case DRAINED -> {}
    }
    return phase;
  }

  private void remember(TcpInfo info, long nowNanos) {
    long took = nowNanos - longNanos;
    if (started && took < Math.max(MIN_WINDOW_NANOS, info.rttNanos())) {
      return;
    }
    if (started) {
      best = Math.max(best, (info.arrivedBytes() - longArrived) * NANOS_PER_SECOND / took);
    }
    longNanos = nowNanos;
    longArrived = info.arrivedBytes();
  }

  private void watch(TcpInfo info, long nowNanos) {
    if (!started) {
      started = true;
      openWindow(info, nowNanos);
      return;
    }
    long took = nowNanos - windowNanos;
    long acked = info.arrivedBytes() - windowArrived;
    boolean enough = took >= MIN_WINDOW_NANOS && acked >= MIN_WINDOW_PACKETS * PACKET_BYTES;
    if (!enough && took < info.rttNanos()) {
      return;
    }
    rate = acked * NANOS_PER_SECOND / took;
    openWindow(info, nowNanos);
    boolean trusted = enough && falseAlarms < MAX_FALSE_ALARMS;
    if (trusted && isLate(info, 1) && info.inFlightBytes() > TOO_MUCH * held(info)) {
      phase = Phase.DRAINING;
      drainNanos = nowNanos;
      drainArrived = info.arrivedBytes();
      measured = false;
    }
  }

  private void drain(TcpInfo info, long nowNanos) {
    long took = nowNanos - drainNanos;
    if (took < info.minRttNanos() && !isLate(info, 0.5)) {
      falseAlarms++;
      phase = Phase.WATCHING;
      openWindow(info, nowNanos);
      return;
    }
    if (took >= MIN_WINDOW_NANOS && !measured) {
      double arrived = (info.arrivedBytes() - drainArrived) * NANOS_PER_SECOND / took;
      // What is acknowledged within a round trip had stood in the queue; later there may be none.
      measured = took >= info.minRttNanos();
      rate = measured ? arrived : Math.max(rate, arrived);
    }
    if (info.inFlightBytes() <= HELD * held(info) || took > 4 * info.rttNanos()) {
      phase = Phase.DRAINED;
    }
  }

  private void openWindow(TcpInfo info, long nowNanos) {
    windowNanos = nowNanos;
    windowArrived = info.arrivedBytes();
  }

  private boolean isLate(TcpInfo info, double part) {
    double packets = LATE_PACKETS * PACKET_BYTES / Math.max(rate, 1) * NANOS_PER_SECOND;
    double late = LATE_NANOS + packets + info.minRttNanos() / (double) LATE_PART_OF_RTT;
    return info.rttNanos() - info.minRttNanos() > part * late;
  }

  /** What the link holds without a queue. */
  private double held(TcpInfo info) {
    return rate * info.minRttNanos() / NANOS_PER_SECOND + LATE_PACKETS * PACKET_BYTES;
  }
}
