package io.replicator.hub.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A line with a queue before its narrowest place, and senders that share it: {@link LineShare}, and
 * simple forms of the TCP connections of others. Time is virtual, chance is the seed's.
 */
final class SharedLine {
  static final long MILLI = 1_000_000;
  private static final int PACKET_BYTES = 1200;
  private static final int OVERTAKEN_BY = 3;

  private record Event(long nanos, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
  private final SplittableRandom random;
  private final int lossPerMille;
  private long bytesPerSecond;
  private long oneWayNanos;
  private final long queueBytes;
  private long freeNanos;
  private long now;
  private long number;

  SharedLine(long seed, long bytesPerSecond, long oneWayMillis, long queueBytes, int lossPerMille) {
    this.random = new SplittableRandom(seed);
    this.bytesPerSecond = bytesPerSecond;
    this.oneWayNanos = oneWayMillis * MILLI;
    this.queueBytes = queueBytes;
    this.lossPerMille = lossPerMille;
  }

  long nowNanos() {
    return now;
  }

  void rate(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  void oneWay(long millis) {
    oneWayNanos = millis * MILLI;
  }

  /** What stands before the narrowest place takes so long to pass. */
  long queueNanos() {
    return Math.max(0, freeNanos - now);
  }

  void run(double seconds) {
    long until = now + (long) (seconds * 1e9);
    while (!events.isEmpty() && events.element().nanos <= until) {
      Event next = events.remove();
      now = next.nanos;
      next.action.run();
    }
    now = until;
  }

  private void at(long nanos, Runnable action) {
    events.add(new Event(nanos, number++, action));
  }

  private static final class Packet {
    final long sentNanos;
    final long madeNanos;
    boolean gone;

    Packet(long sentNanos, long madeNanos) {
      this.sentNanos = sentNanos;
      this.madeNanos = madeNanos;
    }
  }

  /** Who is busy with something else for a while. */
  enum Busy {
    SENDER,
    RECEIVER,
    WAY_BACK
  }

  /** Sends as much as its window lets be out. */
  abstract class Sender {
    private final ArrayDeque<Packet> out = new ArrayDeque<>();
    private int outPackets;
    private long standsUntilNanos;
    private long farStandsUntilNanos;
    private long backStandsUntilNanos;
    long arrivedBytes;
    long lostPackets;
    long sentPackets;
    boolean stopped;

    void start() {
      send();
    }

    abstract double windowBytes();

    abstract void acked(long sentNanos);

    abstract void lost(long sentNanos);

    /** Asked before each: false = not now. */
    boolean mayLeave() {
      return true;
    }

    /** When what leaves now was made. */
    long madeNanos() {
      return now;
    }

    /** It is at the far end. */
    void came(long madeNanos) {}

    /** Nothing gets on there for so long. */
    final void standStill(Busy who, long millis) {
      long until = now + millis * MILLI;
      switch (who) {
        case SENDER -> standsUntilNanos = until;
        case RECEIVER -> farStandsUntilNanos = until;
        case WAY_BACK -> backStandsUntilNanos = until;
      }
    }

    final long outBytes() {
      return (long) outPackets * PACKET_BYTES;
    }

    final void send() {
      while (!stopped
          && now >= standsUntilNanos
          && outBytes() + PACKET_BYTES <= windowBytes()
          && mayLeave()) {
        Packet packet = new Packet(now, madeNanos());
        out.add(packet);
        outPackets++;
        sentPackets++;
        pass(packet);
      }
      sent();
    }

    /** As much as there was room for. */
    void sent() {}

    private void pass(Packet packet) {
      if (queueNanos() / 1e9 * bytesPerSecond > queueBytes) {
        return;
      }
      freeNanos = Math.max(now, freeNanos) + PACKET_BYTES * 1_000_000_000L / bytesPerSecond;
      if (random.nextInt(1000) >= lossPerMille) {
        at(freeNanos + oneWayNanos, () -> reached(packet));
      }
    }

    private void reached(Packet packet) {
      if (now < farStandsUntilNanos) {
        at(farStandsUntilNanos, () -> reached(packet));
        return;
      }
      arrivedBytes += PACKET_BYTES;
      came(packet.madeNanos);
      at(Math.max(now, backStandsUntilNanos) + oneWayNanos, () -> heard(packet));
    }

    private void heard(Packet packet) {
      if (packet.gone) {
        return;
      }
      if (now < standsUntilNanos) {
        at(standsUntilNanos, () -> heard(packet));
        return;
      }
      gone(packet);
      acked(packet.sentNanos);
      List<Packet> before = new ArrayList<>();
      for (Packet one : out) {
        if (one == packet) {
          break;
        }
        before.add(one);
      }
      for (int i = 0; i < before.size() - OVERTAKEN_BY; i++) {
        if (!before.get(i).gone) {
          gone(before.get(i));
          lostPackets++;
          lost(before.get(i).sentNanos);
        }
      }
      while (!out.isEmpty() && out.element().gone) {
        out.remove();
      }
      send();
    }

    private void gone(Packet packet) {
      packet.gone = true;
      outPackets--;
    }
  }

  /** Datagrams of ours, over a QUIC that lets so much be out. */
  final class Ours extends Sender {
    final LineShare share = new LineShare();
    private final double quicBytes;
    private final double demandBytesPerSecond;
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private double made;
    private long madeUntilNanos;
    private long latestNanos;

    /**
     * @param demandBytesPerSecond 0 = as much as there is room for
     */
    Ours(double quicBytes, double demandBytesPerSecond) {
      this.quicBytes = quicBytes;
      this.demandBytesPerSecond = demandBytesPerSecond;
    }

    @Override
    double windowBytes() {
      return Math.min((double) share.windowBytes(), quicBytes);
    }

    /** How late the latest was that arrived since this was asked before. */
    long latestMillis() {
      long latest = latestNanos;
      latestNanos = 0;
      return latest / MILLI;
    }

    private void make() {
      made += (now - madeUntilNanos) / 1e9 * demandBytesPerSecond;
      madeUntilNanos = now;
      for (; made >= PACKET_BYTES; made -= PACKET_BYTES) {
        waiting.add(now);
      }
    }

    @Override
    boolean mayLeave() {
      return demandBytesPerSecond == 0 || !waiting.isEmpty();
    }

    @Override
    long madeNanos() {
      return demandBytesPerSecond == 0 ? now : waiting.remove();
    }

    @Override
    void came(long madeNanos) {
      latestNanos = Math.max(latestNanos, now - madeNanos);
    }

    @Override
    void start() {
      make();
      send();
      at(now + MILLI, this::start);
    }

    @Override
    void sent() {
      share.out(outBytes(), (long) windowBytes(), now);
    }

    @Override
    void acked(long sentNanos) {
      share.arrived(PACKET_BYTES, sentNanos, now);
    }

    @Override
    void lost(long sentNanos) {
      share.lost(sentNanos, now);
    }
  }

  /** A TCP connection with CUBIC that sends as much as it can. */
  final class Cubic extends Sender {
    private final CubicCurve curve = new CubicCurve();
    private double window = 10 * PACKET_BYTES;
    private boolean slowStart = true;
    private long cutNanos = -1;
    private long leastNanos = Long.MAX_VALUE;

    @Override
    double windowBytes() {
      return window;
    }

    @Override
    void acked(long sentNanos) {
      long took = now - sentNanos;
      leastNanos = Math.min(leastNanos, took);
      if (slowStart) {
        window += PACKET_BYTES;
        if (took > leastNanos + Math.clamp(leastNanos / 8, 4 * MILLI, 16 * MILLI)) {
          slowStart = false; // HyStart
          curve.goOn(window, now);
        }
      } else if (sentNanos > cutNanos) {
        window = Math.max(window, curve.windowBytes(took, now));
      }
    }

    @Override
    void lost(long sentNanos) {
      if (sentNanos > cutNanos) {
        slowStart = false;
        window = Math.max(2 * PACKET_BYTES, curve.cut(window, now));
        cutNanos = now;
      }
    }
  }

  /** A TCP connection with the first BBR that sends as much as it can. */
  final class Bbr extends Sender {
    private static final double START = 2.89;
    private static final double[] GAINS = {1.25, 0.75, 1, 1, 1, 1, 1, 1};

    private final ArrayDeque<Double> rates = new ArrayDeque<>();
    private double rate;
    private long leastNanos = Long.MAX_VALUE;
    private long leastAtNanos;
    private long roundNanos;
    private long roundBytes;
    private int rounds;
    private int full;
    private double fullRate;
    private boolean starting = true;
    private long probeUntilNanos;
    private long nextNanos;
    private boolean timed;

    @Override
    double windowBytes() {
      if (now < probeUntilNanos) {
        return 4 * PACKET_BYTES;
      }
      if (rate == 0) {
        return 10 * PACKET_BYTES;
      }
      return Math.max(4 * PACKET_BYTES, (starting ? START : 2) * rate * leastNanos / 1e9);
    }

    @Override
    boolean mayLeave() {
      if (rate == 0) {
        return true;
      }
      if (now < nextNanos) {
        if (!timed) {
          timed = true;
          at(
              nextNanos,
              () -> {
                timed = false;
                send();
              });
        }
        return false;
      }
      double gain = starting ? START : GAINS[rounds % GAINS.length];
      nextNanos = Math.max(now, nextNanos) + (long) (PACKET_BYTES / (gain * rate) * 1e9);
      return true;
    }

    @Override
    void acked(long sentNanos) {
      long took = now - sentNanos;
      boolean old = now - leastAtNanos > 10_000 * MILLI;
      if (took <= leastNanos || old) {
        if (old && took > leastNanos) {
          probeUntilNanos = now + 200 * MILLI;
        }
        leastNanos = took;
        leastAtNanos = now;
      }
      roundBytes += PACKET_BYTES;
      if (sentNanos >= roundNanos) {
        double found = roundBytes * 1e9 / Math.max(1, now - roundNanos);
        if (now >= probeUntilNanos) {
          rates.add(found);
          if (rates.size() > 10) {
            rates.remove();
          }
          rate = rates.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        }
        roundNanos = now;
        roundBytes = 0;
        rounds++;
        if (starting) {
          full = rate > fullRate * 1.25 ? 0 : full + 1;
          fullRate = Math.max(fullRate, rate);
          starting = full < 3;
        }
      }
    }

    @Override
    void lost(long sentNanos) {}
  }
}
