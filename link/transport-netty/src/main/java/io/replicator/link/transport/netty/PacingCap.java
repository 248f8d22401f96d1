package io.replicator.link.transport.netty;

/**
 * Keeps the queue in front of the link's narrowest place short: the kernel may send no faster than
 * what arrives. Without it bbr fills that queue with up to one or two round trips, and a fresh
 * change waits behind them whatever its priority is.
 *
 * <pre>
 *   OPEN ── {@link StartQueue} drained ──────────────────────────▶ HOLDING
 *   OPEN ── full, with a queue ──▶ DRAINING ── queue gone ──▶ HOLDING: {@link CapGrowth}
 *     ▲                             │    ▲                        │
 *     │                             │    └──────── queue ─────────┘
 *     │       it does not go: others fill it
 *     ├──────── later ── YIELDING ◀─┘  (no cap)
 *     └──────── idle for long, from anywhere
 * </pre>
 *
 * The queue is seen in the round-trip time above the least there was, less its variation: a queue
 * is a lasting delay, a busy machine a varying one. While there is one and the kernel had enough to
 * send, the rate at which data arrives is the link's; only then is it learned. Half of what counts
 * as a queue eases the cap: so it seldom gets to be one. Told the time.
 */
final class PacingCap {
  private enum State {
    OPEN,
    DRAINING,
    HOLDING,
    YIELDING
  }

  /** A nearer peer than this has no queue worth looking at. */
  private static final long MIN_RTT_NANOS = 3_000_000;

  private static final long MIN_INTERVAL_NANOS = 25_000_000;
  private static final long QUEUE_NANOS = 5_000_000;
  private static final double QUEUE_PACKETS = 2; // its own, and bursts of two
  private static final double PACKET_BYTES = 1500;

  /** So many round trips in a row with a queue and no more arriving: the link is full. */
  private static final int STEPS_UNTIL_FULL = 2;

  private static final double STILL_GROWING = 1.25;
  private static final double AFTER_DRAIN = 0.97;
  private static final double EASED = 0.99;
  private static final double EASED_MORE = 0.005;

  /** Less than this part of the cap arrives: the link is slower, and not only late. */
  private static final double SLOWER = 0.97;

  /** So many round trips at the rate that was found, until it is tried whether there is more. */
  private static final int PATIENCE = 8;

  private static final int PATIENCE_AT_START = 1;

  private static final double MOST_DOWN = 0.85;
  private static final double LITTLE_DOWN = 0.96;
  private static final double MOST_DOWN_AT_ONCE = 0.5;
  private static final int MAX_DRAIN_STEPS = 12;

  /** What has not gone by then is none, or will grow when more is sent. */
  private static final int MAX_EASED = 8;

  private static final long MAX_TOLERATED_NANOS = 30_000_000;
  private static final long YIELD_NANOS = 10_000_000_000L;
  private static final long IDLE_NANOS = 10_000_000_000L;
  private static final double MIN_BYTES_PER_SECOND = 4096;
  private static final double NANOS_PER_SECOND = 1e9;

  /** What arrives after the start's queue was drained is that little that was sent meanwhile. */
  private static final int SETTLE_ROUND_TRIPS = 2;

  private final StartQueue start = new StartQueue();
  private final CapGrowth growth = new CapGrowth();
  private State state = State.OPEN;
  private double linkRate;
  private double cap;
  private int steps;
  private double arrivedBefore;
  private double arrivedLast;
  private int eased;
  private long toleratedNanos;
  private long decidedNanos;
  private long arrivedThen;
  private long busyNanos;
  private long yieldedNanos;
  private long settledNanos;
  private boolean started;
  private long knownNanos;

  /** Bytes a second, 0 = no cap. */
  long bytesPerSecond() {
    return (long) cap;
  }

  /** Whether the link's rate is known and kept to. */
  boolean holds() {
    return state == State.HOLDING || (state == State.DRAINING && steps <= 2);
  }

  /** The link's rate in bytes a second as it was found last, 0 = it was not. */
  long linkRate() {
    return (long) linkRate;
  }

  /** When {@link #linkRate} was last seen to hold. */
  long linkRateNanos() {
    return knownNanos;
  }

  /** An earlier connection has learned this rate of the link: it is not looked for by a flood. */
  void suppose(long rate, long learnedNanos) {
    linkRate = rate;
    knownNanos = learnedNanos;
    hold();
    growth.search();
  }

  /** Takes what the kernel says; decides about once a round trip. */
  void sample(TcpInfo info, long nowNanos) {
    if (info.minRttNanos() < MIN_RTT_NANOS || info.rttNanos() == 0) {
      return;
    }
    if (!started) {
      started = true;
      begin(info, nowNanos);
      busyNanos = nowNanos;
      settledNanos = nowNanos;
    }
    if (!info.appLimited()) {
      busyNanos = nowNanos;
    }
    if (state == State.OPEN && isStarting(info, nowNanos)) {
      return;
    }
    if (nowNanos - settledNanos < 0) {
      begin(info, nowNanos);
      return;
    }
    if (nowNanos - decidedNanos >= Math.max(MIN_INTERVAL_NANOS, info.rttNanos())) {
      double arrived =
          (info.arrivedBytes() - arrivedThen) * NANOS_PER_SECOND / (nowNanos - decidedNanos);
      begin(info, nowNanos);
      if (arrived > cap / 2) {
        busyNanos = nowNanos;
      } else if (nowNanos - busyNanos > IDLE_NANOS) {
        open();
      }
      decide(arrived, info, nowNanos);
    }
  }

  /** Whether the queue of the start is being drained, or just was. */
  private boolean isStarting(TcpInfo info, long nowNanos) {
    return switch (start.look(info, nowNanos)) {
      case WATCHING -> {
        cap = 0;
        yield false;
      }
      case DRAINING -> {
        cap = Math.max(MIN_BYTES_PER_SECOND, start.cap());
        yield true;
      }
      case DRAINED -> {
        linkRate = start.rate();
        knownNanos = nowNanos;
        hold();
        growth.begin(Math.max(linkRate, start.best()), PATIENCE_AT_START);
        begin(info, nowNanos);
        settledNanos = nowNanos + SETTLE_ROUND_TRIPS * info.minRttNanos();
        yield true;
      }
    };
  }

  private void begin(TcpInfo info, long nowNanos) {
    decidedNanos = nowNanos;
    arrivedThen = info.arrivedBytes();
  }

  private void decide(double arrivedNow, TcpInfo info, long nowNanos) {
    long queue = Math.max(0, info.rttNanos() - info.minRttNanos() - info.rttVariationNanos());
    Arrived arrived = new Arrived(arrivedNow, arrivedLast);
    arrivedLast = arrivedNow;
    switch (state) {
      case OPEN -> whenOpen(arrivedNow, queue, info);
      case DRAINING -> whenDraining(arrived.lately(), queue, info, nowNanos);
      case HOLDING -> whenHolding(arrived, queue, info);
      case YIELDING -> {
        if (nowNanos - yieldedNanos > YIELD_NANOS) {
          open();
        }
      }
    }
  }

  private void whenOpen(double arrived, long queue, TcpInfo info) {
    boolean full =
        tells(queue, info) && isLong(queue, arrived) && arrived < arrivedBefore * STILL_GROWING;
    steps = full ? steps + 1 : 0;
    arrivedBefore = Math.max(arrived, full ? arrivedBefore : 0);
    if (steps >= STEPS_UNTIL_FULL || (full && isHuge(queue, info))) {
      drain(arrivedBefore, queue, info);
    }
  }

  /** Whether the link was kept full: the kernel had enough to send, or a queue of its own. */
  private static boolean tells(long queue, TcpInfo info) {
    return !info.appLimited() || isHuge(queue, info);
  }

  private static boolean isHuge(long queue, TcpInfo info) {
    return queue > info.minRttNanos() / 2;
  }

  private void whenDraining(double lately, long queue, TcpInfo info, long nowNanos) {
    if (!isLong(queue, linkRate)) {
      hold();
    } else if (++steps > MAX_DRAIN_STEPS) {
      notOurs(queue, info, nowNanos);
    } else if (tells(queue, info) && lately > 0 && lately < cap * AFTER_DRAIN) {
      // Less gets through than is sent: the link is slower than it seemed.
      steps = 0;
      drain(Math.max(lately, lowest(queue, info)), queue, info);
    }
  }

  /** One look may deceive, the less the longer the queue is. */
  private double lowest(long queue, TcpInfo info) {
    if (isHuge(queue, info)) {
      return linkRate * MOST_DOWN_AT_ONCE;
    }
    return linkRate * (queue > info.minRttNanos() / 8 ? MOST_DOWN : LITTLE_DOWN);
  }

  private void whenHolding(Arrived arrived, long queue, TcpInfo info) {
    boolean used = arrived.now() > cap * MOST_DOWN;
    // As much as is sent arrives: it is late, but the link is not slower than was thought.
    boolean slower = arrived.lately() < cap * SLOWER;
    if (isLong(queue, linkRate) && (used || tells(queue, info))) {
      // Acknowledgements come in spurts after a loss, but no more arrives than is sent.
      double rate =
          slower ? found(arrived.lately(), lowest(queue, info)) : found(arrived.mean(), linkRate);
      drain(rate, queue, info);
    } else if (used) {
      knownNanos = decidedNanos;
      eased = queue - toleratedNanos > longNanos(linkRate) / 2 ? eased + 1 : 0;
      if (eased == 0 || eased > MAX_EASED) {
        cap = growth.next(cap, info.rttNanos());
      } else {
        ease(found(arrived.mean(), slower ? linkRate * LITTLE_DOWN : linkRate));
      }
    }
  }

  private double found(double arrived, double least) {
    return Math.clamp(arrived, least, Math.max(cap, linkRate));
  }

  /** The beginning of a queue: a little less lets it go, and if not, a little less than that. */
  private void ease(double rate) {
    linkRate = rate;
    double part = EASED - EASED_MORE * (eased - 1);
    cap = Math.min(cap, Math.max(MIN_BYTES_PER_SECOND, linkRate * part));
    growth.begin(linkRate, PATIENCE);
  }

  private void drain(double rate, long queue, TcpInfo info) {
    knownNanos = decidedNanos;
    if (state != State.DRAINING) {
      steps = 0;
    }
    state = State.DRAINING;
    linkRate = rate;
    // What queues goes within about one round trip and a half.
    double part = Math.clamp(queue / (1.5 * info.rttNanos()), 0.05, 0.5);
    cap = Math.max(MIN_BYTES_PER_SECOND, rate * (1 - part));
  }

  private void hold() {
    state = State.HOLDING;
    steps = 0;
    eased = 0;
    growth.begin(linkRate, PATIENCE);
    cap = Math.max(MIN_BYTES_PER_SECOND, linkRate * AFTER_DRAIN);
  }

  /** What does not drain is not this connection's: a little is borne, more left to bbr. */
  private void notOurs(long queue, TcpInfo info, long nowNanos) {
    if (queue <= Math.max(MAX_TOLERATED_NANOS, info.minRttNanos() / 4)) {
      toleratedNanos = queue;
      hold();
    } else {
      open();
      linkRate = 0;
      state = State.YIELDING;
      yieldedNanos = nowNanos;
    }
  }

  private void open() {
    state = State.OPEN;
    steps = 0;
    arrivedBefore = 0;
    arrivedLast = 0;
    toleratedNanos = 0;
    cap = 0;
    start.reset();
  }

  private boolean isLong(long queueNanos, double rate) {
    return queueNanos - toleratedNanos > longNanos(rate);
  }

  private static double longNanos(double rate) {
    double packet = PACKET_BYTES / Math.max(rate, MIN_BYTES_PER_SECOND) * NANOS_PER_SECOND;
    return QUEUE_NANOS + QUEUE_PACKETS * packet;
  }
}
