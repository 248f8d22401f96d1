package io.replicator.hub.delivery;

import io.replicator.hub.delivery.LineRounds.Round;

/**
 * How much of a path's datagrams may be on the line at a time, so that no queue stands before its
 * narrowest place for our sake, and somebody else's connection has its part of it. QUIC's own
 * congestion control lies below and allows for about two round trips: all that a usual queue takes.
 * Who does not fill that, or only for a moment after a machine stood still, is left alone.
 *
 * <p>Two modes, and the switch between them, are those of Copa (Arun and Balakrishnan, NSDI 2018,
 * 4.1): alone, as much as the line holds without a queue, which is what arrives in the least round
 * trip (Kleinrock's point, as in BBR); where somebody else keeps a queue, one more CUBIC connection
 * (RFC 9438). Who keeps it is found out by sending less: what is ours goes then.
 *
 * <pre>
 *   FREE ──────────────┐
 *     ▲                │ a queue stands, and we fill the window
 *     │ no need        ▼                   it is still there: not ours
 *   ALONE ─────────▶ DRAINING ──────────────────────────▶ BESIDE ── no need ──▶ FREE
 *     ▲ ▲  it is gone: ours │  ▲                            │ │
 *     │ └───────────────────┘  └────── now and then ────────┘ │
 *     └────────────── no queue for some round trips ──────────┘
 * </pre>
 *
 * What is lost counts beside somebody only: alone it is left to QUIC. It is told the time. Confined
 * to the loop.
 */
final class LineShare {
  private enum State {
    FREE,
    ALONE,
    DRAINING,
    BESIDE
  }

  private static final double MIN_BYTES = 4 * 1200;
  private static final int PACKET_BYTES = 1250;

  /** A nearer peer has no queue worth looking at. */
  private static final long NEAR_NANOS = 3_000_000;

  /** Far below what the line carried, so much more each round trip. */
  private static final double BACK = 1.25;

  private static final double FAST_CREEP = 1 + 1 / 16.0;
  private static final int ROUNDS_BEFORE_FAST = 8;

  /** While draining, of what the line holds. */
  private static final double DRAINED = 0.85;

  /**
   * How often it is asked whether the queue has become ours alone: at the same moments by all of a
   * hub, which else would keep it for each other.
   */
  private static final long ASK_NANOS = 5_000_000_000L;

  private static final int ROUNDS_WITHOUT_QUEUE = 4;
  private static final int ROUNDS_WITHOUT_NEED = 8;

  /** What somebody who comes leaves at first of what we had, whoever it is. */
  private static final double LEFT = 0.3;

  private static final double LEFT_HALF_LIFE_NANOS = 60e9;
  private static final double NANOS_PER_SECOND = 1e9;

  private final LeastRoundTrip least = new LeastRoundTrip();
  private final LineRounds rounds = new LineRounds();
  private final StandingQueue queue = new StandingQueue();
  private final LossBeyond losses = new LossBeyond();
  private final CubicCurve curve = new CubicCurve();
  private State state = State.FREE;
  private double window;
  private long outBytes;
  private long tookNanos;
  private int quietRounds;
  private int needlessRounds;

  // Draining: what there was before, and what arrived.
  private final WhoseQueue whose = new WhoseQueue();
  private double before;
  private double rate;
  private boolean wasBeside;
  private long askedNanos;

  /** Beside somebody: since when, and at which rate before. */
  private long besideSinceNanos;

  private double rateAlone;
  private double beforeCut;

  /** Forgets all: the path is another one. */
  void restart() {
    least.forget();
    rounds.forget();
    queue.forget();
    losses.forget();
    curve.reset();
    state = State.FREE;
    rateAlone = 0;
    quietRounds = 0;
    needlessRounds = 0;
  }

  /** At most so much may be out. */
  long windowBytes() {
    boolean near = least.nanos() > 0 && least.nanos() < NEAR_NANOS;
    return near || state == State.FREE ? Long.MAX_VALUE : (long) window;
  }

  /** Whether somebody else keeps a queue. */
  boolean isBeside() {
    return state == State.BESIDE || (state == State.DRAINING && wasBeside);
  }

  /**
   * So much is out now.
   *
   * @param allowedBytes by this and by QUIC
   */
  void out(long bytes, long allowedBytes, long nowNanos) {
    outBytes = bytes;
    rounds.out(bytes + PACKET_BYTES > allowedBytes, bytes + PACKET_BYTES > windowBytes());
    if (state == State.DRAINING) {
      whose.out(bytes, nowNanos);
    }
  }

  /** One was sent then and is acknowledged now. */
  void arrived(int bytes, long sentNanos, long nowNanos) {
    least.sample(nowNanos - sentNanos, nowNanos);
    losses.arrived();
    if (state == State.DRAINING) {
      switch (whose.arrived(sentNanos, nowNanos, least.nanos(), queue)) {
        case NOT_YET -> {}
        case OURS -> drained(false, nowNanos);
        case OTHERS -> drained(true, nowNanos);
      }
      return;
    }
    Round round = rounds.arrived(bytes, sentNanos, nowNanos);
    if (round != null) {
      ended(round, nowNanos);
    }
  }

  /** One that was sent then is lost. */
  void lost(long sentNanos, long nowNanos) {
    losses.lost(sentNanos);
    if (state == State.BESIDE && losses.isTooMuch()) {
      beforeCut = window;
      window = Math.max(left(nowNanos), curve.cut(window, nowNanos));
      losses.restart(nowNanos);
    }
  }

  /** One that was said to be lost was not. */
  void late(long nowNanos) {
    if (losses.cameAfterAll() && state == State.BESIDE && beforeCut > window) {
      window = curve.goOn(beforeCut, nowNanos);
    }
  }

  private void ended(Round round, long nowNanos) {
    tookNanos = round.leastNanos();
    boolean isQueue = queue.saw(round, least.nanos());
    needlessRounds = round.full() ? 0 : needlessRounds + 1;
    switch (state) {
      case FREE, ALONE -> alone(round, isQueue, nowNanos);
      case BESIDE -> beside(round, isQueue, nowNanos);
      case DRAINING -> {}
    }
  }

  private void alone(Round round, boolean isQueue, long nowNanos) {
    rateAlone += (round.bytesPerSecond() - rateAlone) / 8;
    if (state == State.ALONE || (!isQueue && !round.full())) {
      losses.isTheLines();
    } else {
      losses.restart(nowNanos); // a queue that overflows loses too
    }
    if (queue.stands(state == State.FREE)) {
      wasBeside = false;
      drain(nowNanos);
    } else if (needlessRounds >= ROUNDS_WITHOUT_NEED) {
      state = State.FREE;
    } else if (state == State.ALONE && round.ours() && !isQueue) {
      quietRounds++;
      window = grown();
    }
  }

  /**
   * A packet more each round trip, which makes several of ours equal in time; far below, faster.
   */
  private double grown() {
    if (queue.isFarBelow(window * NANOS_PER_SECOND / Math.max(1, least.nanos()))) {
      return window * BACK;
    }
    return quietRounds > ROUNDS_BEFORE_FAST ? window * FAST_CREEP : window + PACKET_BYTES;
  }

  private void drain(long nowNanos) {
    rate = queue.taken();
    before =
        state == State.FREE
            ? Math.min((double) outBytes, rate * tookNanos / NANOS_PER_SECOND)
            : window;
    state = State.DRAINING;
    window = Math.max(MIN_BYTES, DRAINED * held());
    whose.begin(window, nowNanos);
  }

  /** What the line holds of ours without a queue. */
  private double held() {
    return rate * least.nanos() / NANOS_PER_SECOND;
  }

  private void drained(boolean isQueue, long nowNanos) {
    askedNanos = nowNanos;
    quietRounds = 0;
    needlessRounds = 0;
    if (!isQueue) {
      state = State.ALONE;
      window = Math.max(MIN_BYTES, held());
    } else if (wasBeside) {
      state = State.BESIDE;
      window = before;
      curve.paused(nowNanos - whose.beganNanos());
    } else {
      state = State.BESIDE;
      curve.reset();
      besideSinceNanos = nowNanos;
      window = Math.max(left(nowNanos), curve.cut(before, nowNanos));
    }
    losses.restart(nowNanos);
    beforeCut = 0;
    rounds.begin(nowNanos);
  }

  /** Beside somebody it is at least this, with the queue that there is. */
  private double left(long nowNanos) {
    double kept = LEFT * Math.pow(0.5, (nowNanos - besideSinceNanos) / LEFT_HALF_LIFE_NANOS);
    return Math.max(MIN_BYTES, kept * rateAlone * tookNanos / NANOS_PER_SECOND);
  }

  private void beside(Round round, boolean isQueue, long nowNanos) {
    quietRounds = isQueue ? 0 : quietRounds + 1;
    if (needlessRounds >= ROUNDS_WITHOUT_NEED) {
      state = State.FREE;
    } else if (quietRounds >= ROUNDS_WITHOUT_QUEUE) {
      state = State.ALONE;
      quietRounds = 0;
    } else if (queue.stands(false) && nowNanos / ASK_NANOS > askedNanos / ASK_NANOS) {
      wasBeside = true;
      drain(nowNanos);
    } else if (round.ours()) {
      window = Math.max(window, curve.windowBytes(round.leastNanos(), nowNanos));
    } else {
      curve.paused(round.nanos());
    }
  }
}
