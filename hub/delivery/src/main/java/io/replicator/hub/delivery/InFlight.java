package io.replicator.hub.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of a connection that were sent and are not settled, by number. It is told the time
 * and judges who is lost; what becomes of their content is the lanes' affair.
 *
 * <pre>
 *   sent ──received──→ received ──applied──→ settled
 *     │ too late, overtaken                     ↑
 *     └──→ lost ──received or applied late──────┘   kept a while, since an acknowledgement that is
 *                                                   late still says that the values are there
 * </pre>
 *
 * Confined to the loop.
 */
final class InFlight {
  /** The most numbers between the oldest unsettled one and the next. */
  static final int MAX_DATAGRAMS = 8192;

  private static final int REORDER_PARTS_OF_ROUND_TRIP = 16;

  /** One datagram: which slots it had, at which versions. */
  static final class Sent {
    final long number;
    final DatagramLane lane;
    final int[] slots;
    final long[] versions;
    final int bytes;
    final long sentNanos;
    private boolean received;
    private boolean lost;
    private boolean overtaken;
    private boolean settled;

    Sent(long number, DatagramLane lane, int[] slots, long[] versions, int bytes, long sentNanos) {
      this.number = number;
      this.lane = lane;
      this.slots = slots;
      this.versions = versions;
      this.bytes = bytes;
      this.sentNanos = sentNanos;
    }

    private boolean isOutstanding() {
      return !received && !lost && !settled;
    }
  }

  private final @Nullable Sent[] ring = new Sent[MAX_DATAGRAMS];
  private final RoundTrip roundTrip;
  private final LineShare share;
  private final BlackHole hole;
  private final LossPatience patience;
  private long first = 1;
  private long next = 1;
  private long newestReceived;
  private long newestReceivedSentNanos;
  private long outstandingBytes;
  private long unsettledBytes;
  private int outstanding;
  private long late;

  /**
   * Since when nothing at all has been acknowledged of what is out, without the time that we stood
   * still; -1 = nothing is out.
   */
  private long unansweredSinceNanos = -1;

  /**
   * @param share hears what arrived and what is lost
   * @param hole hears it too
   */
  InFlight(RoundTrip roundTrip, LineShare share, BlackHole hole) {
    this.roundTrip = roundTrip;
    this.share = share;
    this.hole = hole;
    this.patience = new LossPatience(roundTrip);
  }

  /** The number of the next datagram. */
  long next() {
    return next;
  }

  boolean isFull() {
    return next - first >= MAX_DATAGRAMS;
  }

  /** On their way, as far as is known. */
  long outstandingBytes() {
    return outstandingBytes;
  }

  /** Sent, not applied and not lost. */
  long unsettledBytes() {
    return unsettledBytes;
  }

  /** How often a datagram was taken for lost and was not. */
  long late() {
    return late;
  }

  /** For how long nothing was heard of anything that is out; 0 = nothing is. */
  long unansweredNanos(long nowNanos) {
    return unansweredSinceNanos < 0 ? 0 : nowNanos - unansweredSinceNanos;
  }

  Sent add(DatagramLane lane, int[] slots, long[] versions, int bytes, long nowNanos) {
    if (isFull()) {
      throw new IllegalStateException(MAX_DATAGRAMS + " datagrams are unsettled: no room");
    }
    Sent sent = new Sent(next, lane, slots, versions, bytes, nowNanos);
    ring[index(next++)] = sent;
    outstandingBytes += bytes;
    unsettledBytes += bytes;
    outstanding++;
    if (unansweredSinceNanos < 0) {
      unansweredSinceNanos = nowNanos;
    }
    return sent;
  }

  /** These have arrived. */
  void received(long from, long to, long nowNanos) {
    for (long number = Math.max(from, first); number <= Math.min(to, next - 1); number++) {
      Sent sent = ring[index(number)];
      if (sent != null && !sent.received && !sent.settled) {
        received(sent, nowNanos);
      }
    }
  }

  private void received(Sent sent, long nowNanos) {
    unansweredSinceNanos = -1;
    if (sent.lost) {
      late++;
      unsettledBytes += sent.bytes;
      wasNotLost(sent, nowNanos);
      share.late(nowNanos);
    } else {
      patience.cameInTime();
      outstandingBytes -= sent.bytes;
      outstanding--;
    }
    sent.received = true;
    if (sent.number > newestReceived) {
      newestReceived = sent.number;
      newestReceivedSentNanos = sent.sentNanos;
      roundTrip.sample(nowNanos - sent.sentNanos);
    }
    share.arrived(sent.bytes, sent.sentNanos, nowNanos);
    hole.arrived(sent.bytes);
    if (outstanding > 0) {
      unansweredSinceNanos = nowNanos;
    }
  }

  private void wasNotLost(Sent sent, long nowNanos) {
    if (sent.overtaken) {
      patience.cameAfter(newestReceived - sent.number + 1);
    } else {
      patience.cameLate(nowNanos);
    }
  }

  /** These are at all targets: gives each of them once. */
  List<Sent> applied(long from, long to, long nowNanos) {
    received(from, to, nowNanos);
    List<Sent> settled = new ArrayList<>();
    for (long number = Math.max(from, first); number <= Math.min(to, next - 1); number++) {
      Sent sent = ring[index(number)];
      if (sent != null && !sent.settled) {
        sent.settled = true;
        unsettledBytes -= sent.bytes;
        settled.add(sent);
      }
    }
    advance();
    return settled;
  }

  /** Who is lost by now: gives each of them once. */
  List<Sent> lost(long nowNanos) {
    List<Sent> lost = new ArrayList<>();
    Sent oldest = oldestOutstanding();
    long stood = patience.looks(oldest == null ? nowNanos : dueNanos(oldest), nowNanos);
    if (unansweredSinceNanos >= 0) {
      unansweredSinceNanos = Math.min(unansweredSinceNanos + stood, nowNanos);
    }
    long reorderNanos = roundTrip.smoothedNanos() / REORDER_PARTS_OF_ROUND_TRIP;
    for (long number = first; number < next && outstanding > 0; number++) {
      Sent sent = ring[index(number)];
      if (sent == null || !sent.isOutstanding()) {
        continue;
      }
      sent.overtaken =
          number + patience.reorder() <= newestReceived
              && newestReceivedSentNanos - sent.sentNanos >= reorderNanos;
      if (sent.overtaken || nowNanos >= dueNanos(sent)) {
        sent.lost = true;
        outstanding--;
        outstandingBytes -= sent.bytes;
        unsettledBytes -= sent.bytes;
        lost.add(sent);
        share.lost(sent.sentNanos, nowNanos);
        hole.lost(sent.bytes, nowNanos);
      }
    }
    makeRoom();
    return lost;
  }

  /** Waits longer while later ones are out and do not come either. */
  private long dueNanos(Sent sent) {
    boolean silence = sent.number > newestReceived && sent.number + 1 < next;
    return patience.dueNanos(sent.sentNanos, silence);
  }

  private @Nullable Sent oldestOutstanding() {
    for (long number = first; number < next && outstanding > 0; number++) {
      Sent sent = ring[index(number)];
      if (sent != null && sent.isOutstanding()) {
        return sent;
      }
    }
    return null;
  }

  /** When {@link #lost} should be asked next if nothing is heard before; -1 = nothing is out. */
  long nextLossNanos() {
    Sent oldest = oldestOutstanding();
    return oldest == null ? -1 : dueNanos(oldest);
  }

  /** Nobody waits for what this lane has sent any more. */
  void forget(DatagramLane lane) {
    for (long number = first; number < next; number++) {
      Sent sent = ring[index(number)];
      if (sent != null && sent.lane == lane && !sent.settled) {
        if (sent.isOutstanding()) {
          outstanding--;
          outstandingBytes -= sent.bytes;
        }
        if (!sent.lost || sent.received) {
          unsettledBytes -= sent.bytes;
        }
        sent.settled = true;
      }
    }
    if (outstanding == 0) {
      unansweredSinceNanos = -1;
    }
    advance();
  }

  private void advance() {
    while (first < next) {
      Sent oldest = ring[index(first)];
      if (oldest != null && !oldest.settled) {
        return;
      }
      ring[index(first++)] = null;
    }
  }

  /** Of the lost those go first for which an acknowledgement would be very late. */
  private void makeRoom() {
    while (next - first > MAX_DATAGRAMS / 2) {
      Sent oldest = ring[index(first)];
      if (oldest != null && !oldest.settled && !(oldest.lost && !oldest.received)) {
        return;
      }
      ring[index(first++)] = null;
    }
  }

  private static int index(long number) {
    return (int) (number % MAX_DATAGRAMS);
  }
}
