package io.replicator.hub.delivery;

import io.replicator.hub.qos.BlockScheduler;
import io.replicator.hub.qos.BlockSource;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * Hands datagrams to the network: the most urgent lane's first, as many as there is room for, with
 * parities where the line loses. Confined to the loop.
 */
final class DatagramSender {
  static final int MAX_AT_ONCE = 64;

  private final Loop loop;
  private final DeliveryCounters counters;
  private final BlockScheduler scheduler;
  private final InFlight inFlight;
  private final ParityGroup parities;
  private final ToIntFunction<Datagrams> maxBytes;
  private long sent;

  /**
   * @param maxBytes largest datagram that these take and their path lets through
   */
  DatagramSender(
      Loop loop,
      DeliveryCounters counters,
      BlockScheduler scheduler,
      InFlight inFlight,
      ParityGroup parities,
      ToIntFunction<Datagrams> maxBytes) {
    this.loop = loop;
    this.counters = counters;
    this.scheduler = scheduler;
    this.inFlight = inFlight;
    this.parities = parities;
    this.maxBytes = maxBytes;
  }

  /** How many until now, parities not among them. */
  long sent() {
    return sent;
  }

  /** True if there may be more to send at once. */
  boolean send(Datagrams to, BooleanSupplier hasRoom) {
    int count = 0;
    while (count < MAX_AT_ONCE && hasRoom.getAsBoolean()) {
      BlockSource next = scheduler.next(loop.nowNanos());
      if (!(next instanceof DatagramLane lane)) {
        break;
      }
      if (lane.nextBlockBytes() > 0) {
        sendOne(to, lane);
        count++;
      } else {
        scheduler.sent(lane, 0, loop.nowNanos()); // forgotten meanwhile
      }
    }
    sendParity(to);
    if (count > 0) {
      to.flush();
    }
    return count == MAX_AT_ONCE;
  }

  private void sendOne(Datagrams to, DatagramLane lane) {
    DatagramPacker.Packed packed = lane.removeHead();
    byte[] payload =
        DatagramFormat.encode(lane.feed(), inFlight.next(), lane.owner().passed(), packed.batch());
    if (payload.length > maxBytes.applyAsInt(to)) {
      // the path has become narrower: what was packed is packed anew, smaller
      InFlight.Sent gone =
          new InFlight.Sent(0, lane, packed.slots(), packed.versions(), 0, loop.nowNanos());
      lane.lost(gone);
      scheduler.sent(lane, 0, loop.nowNanos());
      return;
    }
    long number = inFlight.next();
    inFlight.add(lane, packed.slots(), packed.versions(), payload.length, loop.nowNanos());
    parities.sent(number, payload, lane.level(), loop.nowNanos());
    to.send(payload);
    sendParity(to);
    sent++;
    counters.increment(DeliveryCounter.DATAGRAMS_SENT);
    counters.add(DeliveryCounter.DATAGRAM_BYTES, payload.length);
    lane.owner().sent(packed, payload.length);
    scheduler.sent(lane, payload.length, loop.nowNanos());
  }

  private void sendParity(Datagrams to) {
    byte[] parity = parities.due(maxBytes.applyAsInt(to), loop.nowNanos());
    if (parity != null) {
      to.send(parity);
      scheduler.sentBeside(parity.length, loop.nowNanos());
      to.flush();
      counters.increment(DeliveryCounter.DATAGRAM_PARITIES);
      counters.add(DeliveryCounter.DATAGRAM_PARITY_BYTES, parity.length);
    }
  }
}
