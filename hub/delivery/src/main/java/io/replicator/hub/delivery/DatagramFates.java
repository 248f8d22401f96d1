package io.replicator.hub.delivery;

import io.replicator.link.codec.NumberRanges;
import io.replicator.link.wire.DatagramAck;

/**
 * What became of the datagrams of one path: hears acknowledgements and judges who is lost. Lanes
 * are told of both; the policy of parities learns how much the line loses. It is told the time.
 * Confined to the loop.
 */
final class DatagramFates {
  private final DeliveryCounters counters;
  private final InFlight inFlight;
  private final ParityPolicy parityPolicy;
  private long lost;
  private long repairedEntries;

  /** What the client says that it made from parities. */
  private long recovered;

  DatagramFates(DeliveryCounters counters, InFlight inFlight, ParityPolicy parityPolicy) {
    this.counters = counters;
    this.inFlight = inFlight;
    this.parityPolicy = parityPolicy;
  }

  long lost() {
    return lost;
  }

  long repairedEntries() {
    return repairedEntries;
  }

  /**
   * Has lanes repair what is lost by now.
   *
   * @param sent datagrams until now
   */
  void judge(long sent, long nowNanos) {
    for (InFlight.Sent one : inFlight.lost(nowNanos)) {
      lost++;
      counters.increment(DeliveryCounter.DATAGRAMS_LOST);
      int again = one.lane.isActive() ? one.lane.lost(one) : 0;
      repairedEntries += again;
      counters.add(DeliveryCounter.DATAGRAM_REPAIRS, again);
    }
    parityPolicy.judge(sent, lost - inFlight.late() + recovered);
  }

  /** Takes an acknowledgement, from the connection or in a datagram. */
  void acked(DatagramAck ack, long nowNanos) {
    long highest = inFlight.next() - 1;
    long lateBefore = inFlight.late();
    NumberRanges.decode(
        ack.getReceivedList(), highest, (from, to) -> inFlight.received(from, to, nowNanos));
    NumberRanges.decode(ack.getAppliedList(), highest, (from, to) -> applied(from, to, nowNanos));
    counters.add(DeliveryCounter.DATAGRAMS_LATE, inFlight.late() - lateBefore);
    long news = Math.clamp(ack.getRecovered() - recovered, 0, InFlight.MAX_DATAGRAMS);
    recovered += news;
    counters.add(DeliveryCounter.DATAGRAMS_RECOVERED, news);
  }

  private void applied(long from, long to, long nowNanos) {
    for (InFlight.Sent one : inFlight.applied(from, to, nowNanos)) {
      if (one.lane.isActive()) {
        one.lane.arrived(one);
      }
    }
  }
}
