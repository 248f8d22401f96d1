package io.replicator.link.transport.netty;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/**
 * A line, packet by packet, with a sender that has more to send than it carries and keeps to {@link
 * PacingCap}; what the kernel would say is computed as Linux does it. All on a clock of its own.
 *
 * <pre>
 *   sender ── bbr's start, then its rate; never above the cap ──▶ queue ──▶ rate ──▶ delay ──▶ receiver
 *      ▲                                                                                        │
 *      └─────────────── delay ◀──────────── acknowledges each second packet, or after 40 ms ◀───┘
 * </pre>
 *
 * The machine may stand still for a while: the line (what would have crossed it comes late and in a
 * burst), or the sender's loop (nothing is looked at and soon nothing is sent).
 */
final class VirtualLine {
  private static final long MILLI = 1_000_000;
  private static final long TICK = MILLI / 2;
  private static final double GAIN = 2.89;
  private static final double SECOND = 1e9;
  private static final long DELAYED_ACK = 40 * MILLI;
  private static final long LOOK = 10 * MILLI;
  private static final int ROUNDS_UNTIL_FULL = 3;
  private static final long IN_STORE = 18 * MILLI; // what the kernel has unsent

  private record Packet(long sent, long due, double arrivedThen) {}

  private final PacingCap cap = new PacingCap();
  private final ArrayDeque<Packet> forward = new ArrayDeque<>();
  private final ArrayDeque<Packet> unacked = new ArrayDeque<>(); // at the receiver, not acked
  private final ArrayDeque<List<Packet>> acks = new ArrayDeque<>();
  private final ArrayDeque<Long> acksDue = new ArrayDeque<>();
  private final BitSet lineStalls = new BitSet(); // by milliseconds
  private final BitSet loopStalls = new BitSet();
  private final double packet;
  private final long rtt;
  private final long queueLimit;

  private double rate;
  private long now = 1;
  private long free; // when the narrowest place is
  private int inFlight;
  private double arrived;
  private double srtt;
  private double variation;
  private long minRtt = Long.MAX_VALUE;
  private double bandwidth;
  private double fullAt;
  private int fullRounds;
  private long roundEnds;
  private boolean full;
  private double credit;
  private long looked;
  private int storeInStall;
  private long dropped;
  private long worstQueue;
  private long queueSum;
  private long queueCount;
  private long lateCount;
  private long lateOver;

  /**
   * @param bytesPerSecond of the line
   * @param rttMillis both ways, nothing in the queue
   * @param packetBytes with headers
   */
  VirtualLine(double bytesPerSecond, long rttMillis, double packetBytes) {
    rate = bytesPerSecond;
    rtt = rttMillis * MILLI;
    packet = packetBytes;
    queueLimit = (long) Math.max(65_536, bytesPerSecond * rtt / SECOND);
    bandwidth = 10 * packet * SECOND / rtt;
    srtt = rtt;
  }

  PacingCap cap() {
    return cap;
  }

  VirtualLine rate(double bytesPerSecond) {
    rate = bytesPerSecond;
    return this;
  }

  VirtualLine stall(long fromMillis, long millis, boolean ofLine) {
    (ofLine ? lineStalls : loopStalls).set((int) fromMillis, (int) (fromMillis + millis));
    return this;
  }

  /** Stalls at random until then, of up to so long, so many a second. */
  VirtualLine busy(Random random, double seconds, double aSecond, int mostMillis) {
    double at = 0.02;
    while (at < seconds) {
      at += -Math.log(1 - random.nextDouble()) / aSecond;
      stall((long) (at * 1000), 2 + random.nextInt(mostMillis - 1), random.nextBoolean());
    }
    return this;
  }

  /** Queues longer than this are counted. */
  VirtualLine lateOver(long millis) {
    lateOver = millis * MILLI;
    return this;
  }

  /** Bytes a second that arrived in this time. */
  double goodput(double seconds) {
    double before = arrived;
    worstQueue = 0;
    queueSum = 0;
    queueCount = 0;
    lateCount = 0;
    for (long end = now + (long) (seconds * SECOND); now < end; now += TICK) {
      int millis = (int) (now / MILLI);
      boolean lineStill = lineStalls.get(millis);
      if (!lineStill) {
        receive();
        acknowledge();
      }
      boolean loopStill = loopStalls.get(millis);
      storeInStall =
          loopStill ? storeInStall : Math.max(2, (int) (IN_STORE / SECOND * rate / packet));
      send(lineStill, loopStill);
      if (!loopStill && now - looked >= LOOK) {
        looked = now;
        cap.sample(info(), now);
      }
      long queue = Math.max(0, free - now);
      worstQueue = Math.max(worstQueue, queue);
      queueSum += queue;
      queueCount++;
      lateCount += queue > lateOver ? 1 : 0;
    }
    return (arrived - before) / seconds;
  }

  long worstQueueMillis() {
    return worstQueue / MILLI;
  }

  long meanQueueMillis() {
    return queueSum / queueCount / MILLI;
  }

  double lateShare() {
    return lateCount / (double) queueCount;
  }

  long dropped() {
    return dropped;
  }

  private void send(boolean lineStill, boolean loopStill) {
    double pacing = (full ? 1 : GAIN) * bandwidth;
    double most = (double) cap.bytesPerSecond();
    double allowed = most == 0 ? pacing : Math.min(pacing, most);
    if (full && most != 0) {
      allowed = most; // cubic
    }
    credit = Math.min(credit + allowed * TICK / SECOND, 2 * packet + 2 * TICK * allowed / SECOND);
    double window =
        Math.max(4, (full ? 2 : GAIN) * bandwidth * Math.min(minRtt, rtt * 2) / SECOND / packet);
    while (credit >= packet && inFlight < window) {
      if (loopStill && storeInStall-- <= 0) {
        credit = 0;
        return;
      }
      credit -= packet;
      sendOne(lineStill ? lineStalls.nextClearBit((int) (now / MILLI)) * MILLI : now);
    }
  }

  private void sendOne(long entersLine) {
    if (Math.max(0, free - entersLine) * rate / SECOND > queueLimit) {
      dropped++; // and sent again at once: what is lost is not what is looked at here
      return;
    }
    free = Math.max(free, entersLine) + (long) (packet / rate * SECOND);
    forward.add(new Packet(now, free + rtt / 2, arrived));
    inFlight++;
  }

  private void receive() {
    while (!forward.isEmpty() && forward.getFirst().due <= now) {
      unacked.add(forward.removeFirst());
      if (unacked.size() >= 2) {
        ack();
      }
    }
    if (!unacked.isEmpty() && unacked.getFirst().due + DELAYED_ACK <= now) {
      ack();
    }
  }

  private void ack() {
    acks.add(List.copyOf(unacked));
    acksDue.add(now + rtt / 2);
    unacked.clear();
  }

  private void acknowledge() {
    while (!acksDue.isEmpty() && acksDue.getFirst() <= now) {
      acksDue.removeFirst();
      List<Packet> acked = acks.removeFirst();
      arrived += acked.size() * packet;
      inFlight -= acked.size();
      sampleRoundTrip((double) (now - acked.getFirst().sent));
      minRtt = Math.min(minRtt, now - acked.getLast().sent);
      Packet last = acked.getLast();
      double delivered = (arrived - last.arrivedThen) * SECOND / Math.max(1, now - last.sent);
      bandwidth = Math.max(bandwidth, Math.min(delivered, GAIN * bandwidth));
    }
    if (now >= roundEnds) {
      roundEnds = now + (long) srtt;
      fullRounds = bandwidth > fullAt * 1.25 ? 0 : fullRounds + 1;
      fullAt = fullRounds == 0 ? bandwidth : fullAt;
      full |= fullRounds >= ROUNDS_UNTIL_FULL;
    }
  }

  private void sampleRoundTrip(double took) {
    double off = took - srtt;
    srtt += off / 8;
    variation += (Math.abs(off) - variation) / 4;
  }

  private TcpInfo info() {
    return new TcpInfo(
        4096,
        (long) bandwidth,
        (long) bandwidth,
        false,
        minRtt == Long.MAX_VALUE ? 0 : (long) srtt,
        (long) variation,
        minRtt == Long.MAX_VALUE ? 0 : minRtt,
        (long) arrived,
        0,
        (long) (inFlight * packet),
        (long) arrived);
  }
}
