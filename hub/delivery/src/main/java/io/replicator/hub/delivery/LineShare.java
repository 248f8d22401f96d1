package io.replicator.hub.delivery;

/**
 * How much of a path's datagrams may be on the line at a time, so that no queue stands before its
 * narrowest place for our sake, and somebody else's connection has its part of it. QUIC's own
 * congestion control lies below and allows for about two round trips: all that a usual queue takes.
 *
 * <p>Two modes, and the switch between them, are those of Copa (Arun and Balakrishnan, NSDI 2018,
 * 4.1): alone, as much as the line holds without a queue, which is what arrives in the least round
 * trip (Kleinrock's point, as in BBR); where somebody else keeps a queue, one more CUBIC connection
 * (RFC 9438). Who keeps it is found out by sending less: what is ours goes then. A queue is the
 * least round trip of the last one above the least of a minute, so a busy machine makes none.
 *
 * <pre>
 *             queue, and we fill the window             it is still there: not ours
 *   ALONE ───────────────────────────────────▶ DRAINING ──────────────────────────▶ BESIDE
 *     ▲ ▲               it is gone: ours        │    ▲                               │  │
 *     │ └───────────────────────────────────────┘    └──────── now and then ─────────┘  │
 *     └──────────────────── no queue for some round trips, or no need ──────────────────┘
 * </pre>
 *
 * What is lost counts beside somebody only, and beyond what the line loses anyway: alone it is left
 * to QUIC. It is told the time. Confined to the loop.
 */
final class LineShare {
  private enum State {
    ALONE,
    DRAINING,
    BESIDE
  }

  /** So many bytes at first: what QUIC begins with. */
  private static final double FIRST_BYTES = 32 * 1200;

  private static final double MIN_BYTES = 4 * 1200;
  private static final int PACKET_BYTES = 1250;

  /** A nearer peer has no queue worth looking at. */
  private static final long NEAR_NANOS = 3_000_000;

  private static final long MIN_ROUND_NANOS = 25_000_000;
  private static final long MIN_QUEUE_NANOS = 5_000_000;
  private static final int QUEUE_PARTS_OF_ROUND_TRIP = 8;
  private static final int QUEUE_PACKETS = 2;

  /** So many with a queue and a full window, or one if it is huge: the line carries no more. */
  private static final int FULL_ROUNDS = 2;

  /** At the start: more arrives than before, so the line carries more. */
  private static final double STILL_GROWING = 1.25;

  /** Of the fastest there was; and how quickly it comes back from there. */
  private static final double FAR_BELOW = 0.7;

  private static final double BACK = 1.25;

  /** Of it, at each queue: lines become slower. */
  private static final double FORGOTTEN = 0.85;

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

  /** A share lost beyond what the line loses (BBRv2 has the same) of so many is one too many. */
  private static final double LOSS_BEYOND = 0.005;

  /** What somebody who comes leaves at first of what we had, whoever it is. */
  private static final double LEFT = 0.3;

  private static final double LEFT_HALF_LIFE_NANOS = 60e9;
  private static final int JUDGED_DATAGRAMS = 50;
  private static final double NANOS_PER_SECOND = 1e9;

  private final LeastRoundTrip least = new LeastRoundTrip();
  private final CubicCurve curve = new CubicCurve();
  private State state = State.ALONE;
  private double window = FIRST_BYTES;
  private boolean starting = true;
  private int quietRounds;
  private int needlessRounds;

  // The round under way.
  private long roundNanos = -1;
  private long roundLeast = Long.MAX_VALUE;
  private long arrivedBytes;
  private long tookNanos;
  private int arrivals;
  private int arrivalsWhenFull;
  private boolean isFull;
  private boolean wasOurs;
  private int fullRounds;

  // Draining.
  private double before;
  private double rate;
  private double fastest;
  private boolean wasBeside;

  /** Beside somebody: since when, and at which rate before. */
  private long besideSinceNanos;

  private double rateAlone;
  private long drainNanos;
  private long lowSinceNanos;
  private long askedNanos;

  // Losses.
  private double lineLoses;
  private int judged;
  private int lost;
  private long cutNanos;

  /** Forgets all: the path is another one. */
  void restart() {
    least.forget();
    curve.reset();
    state = State.ALONE;
    window = FIRST_BYTES;
    starting = true;
    quietRounds = 0;
    fullRounds = 0;
    isFull = false;
    roundNanos = -1;
    fastest = 0;
    lineLoses = 0;
    judged = 0;
    lost = 0;
  }

  /** At most so much may be out. */
  long windowBytes() {
    boolean near = least.nanos() > 0 && least.nanos() < NEAR_NANOS;
    return near ? Long.MAX_VALUE : (long) window;
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
    isFull = bytes + PACKET_BYTES > allowedBytes;
    wasOurs |= bytes + PACKET_BYTES > window;
    if (state == State.DRAINING && lowSinceNanos < 0 && bytes <= window) {
      lowSinceNanos = nowNanos;
      roundLeast = Long.MAX_VALUE;
    }
  }

  /** One was sent then and is acknowledged now. */
  void arrived(int bytes, long sentNanos, long nowNanos) {
    long took = nowNanos - sentNanos;
    least.sample(took, nowNanos);
    if (roundNanos < 0) {
      begin(nowNanos);
    }
    arrivedBytes += bytes;
    arrivals++;
    arrivalsWhenFull += isFull ? 1 : 0;
    judged++;
    if (starting && isFull) {
      window += bytes; // as QUIC does at first
    }
    if (state != State.DRAINING) {
      roundLeast = Math.min(roundLeast, took);
      if (sentNanos >= roundNanos && nowNanos - roundNanos >= MIN_ROUND_NANOS) {
        round(nowNanos);
      }
    } else if (lowSinceNanos >= 0 && sentNanos >= lowSinceNanos) {
      roundLeast = Math.min(roundLeast, took);
      if (sentNanos - lowSinceNanos >= least.nanos() / 4) {
        drained(nowNanos);
      }
    }
  }

  /** One that was sent then is lost. */
  void lost(long sentNanos, long nowNanos) {
    judged++;
    if (state != State.BESIDE || sentNanos > cutNanos) {
      lost++;
    }
    if (state == State.BESIDE && judged >= JUDGED_DATAGRAMS) {
      if (lost > judged * (2 * lineLoses + LOSS_BEYOND)) {
        window = Math.max(left(nowNanos), curve.cut(window, nowNanos));
        cutNanos = nowNanos;
      }
      judged = 0;
      lost = 0;
    }
  }

  private void begin(long nowNanos) {
    roundNanos = nowNanos;
    roundLeast = Long.MAX_VALUE;
    arrivedBytes = 0;
    arrivals = 0;
    arrivalsWhenFull = 0;
    wasOurs = false;
  }

  private void round(long nowNanos) {
    double arrived = arrivedBytes * NANOS_PER_SECOND / (nowNanos - roundNanos);
    boolean more = starting && arrived > fastest * STILL_GROWING;
    fastest = Math.max(fastest, arrived);
    tookNanos = roundLeast;
    boolean queue = isQueue(roundLeast);
    boolean huge = roundLeast > 2 * least.nanos();
    fullRounds = queue && wasFull() && !more ? fullRounds + (huge ? FULL_ROUNDS : 1) : 0;
    switch (state) {
      case ALONE -> alone(queue, arrived, nowNanos);
      case BESIDE -> beside(queue, arrived, nowNanos);
      case DRAINING -> {}
    }
    begin(nowNanos);
  }

  /** For most of the round: a busy machine makes a burst, but not that. */
  private boolean wasFull() {
    return 2 * arrivalsWhenFull > arrivals;
  }

  /** What was faster before is asked for twice as long: then it is rather the machine. */
  private boolean isOverfull(double arrived) {
    return fullRounds >= (arrived < FAR_BELOW * fastest ? 2 * FULL_ROUNDS : FULL_ROUNDS);
  }

  private boolean isQueue(long took) {
    double packets = QUEUE_PACKETS * PACKET_BYTES / Math.max(1, fastest) * NANOS_PER_SECOND;
    long part = least.nanos() / QUEUE_PARTS_OF_ROUND_TRIP;
    long tolerated = Math.max(Math.max(MIN_QUEUE_NANOS, part), (long) packets);
    return took - least.nanos() > tolerated;
  }

  private void alone(boolean queue, double arrived, long nowNanos) {
    rateAlone += (arrived - rateAlone) / 8;
    if (judged >= 2 * JUDGED_DATAGRAMS) {
      lineLoses += (lost / (double) judged - lineLoses) / 2;
      judged = 0;
      lost = 0;
    }
    if (isOverfull(arrived)) {
      wasBeside = false;
      drain(arrived, nowNanos);
    } else if (wasOurs && !queue) {
      quietRounds++;
      window = grown();
    }
  }

  /**
   * A packet more each round trip, which makes several of ours equal in time; far below, faster.
   */
  private double grown() {
    if (starting) {
      return window;
    }
    if (window < FAR_BELOW * fastest * least.nanos() / NANOS_PER_SECOND) {
      return window * BACK;
    }
    return quietRounds > ROUNDS_BEFORE_FAST ? window * FAST_CREEP : window + PACKET_BYTES;
  }

  private void drain(double arrived, long nowNanos) {
    state = State.DRAINING;
    starting = false;
    fullRounds = 0;
    fastest = Math.max(arrived, fastest * FORGOTTEN);
    before = window;
    rate = arrived;
    window = Math.max(MIN_BYTES, DRAINED * held());
    drainNanos = nowNanos;
    lowSinceNanos = -1;
  }

  /** What the line holds of ours without a queue. */
  private double held() {
    return rate * least.nanos() / NANOS_PER_SECOND;
  }

  private void drained(long nowNanos) {
    askedNanos = nowNanos;
    judged = 0;
    lost = 0;
    if (!isQueue(roundLeast)) {
      state = State.ALONE;
      quietRounds = 0;
      window = Math.max(MIN_BYTES, held());
    } else if (wasBeside) {
      state = State.BESIDE;
      window = before;
      curve.paused(nowNanos - drainNanos);
    } else {
      state = State.BESIDE;
      quietRounds = 0;
      needlessRounds = 0;
      curve.reset();
      besideSinceNanos = nowNanos;
      window = Math.max(left(nowNanos), curve.cut(before, nowNanos));
    }
    cutNanos = nowNanos;
    begin(nowNanos);
  }

  /** Beside somebody it is at least this, with the queue that there is. */
  private double left(long nowNanos) {
    double kept = LEFT * Math.pow(0.5, (nowNanos - besideSinceNanos) / LEFT_HALF_LIFE_NANOS);
    return Math.max(MIN_BYTES, kept * rateAlone * tookNanos / NANOS_PER_SECOND);
  }

  private void beside(boolean queue, double arrived, long nowNanos) {
    quietRounds = queue ? 0 : quietRounds + 1;
    needlessRounds = wasFull() ? 0 : needlessRounds + 1;
    if (quietRounds >= ROUNDS_WITHOUT_QUEUE || needlessRounds >= ROUNDS_WITHOUT_NEED) {
      state = State.ALONE;
      quietRounds = 0;
    } else if (isOverfull(arrived) && nowNanos / ASK_NANOS > askedNanos / ASK_NANOS) {
      wasBeside = true;
      drain(arrived, nowNanos);
    } else if (wasOurs) {
      window = Math.max(window, curve.windowBytes(roundLeast, nowNanos));
    } else {
      curve.paused(nowNanos - roundNanos);
    }
  }
}
