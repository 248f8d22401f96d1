package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.hub.qos.QosCaps;
import io.replicator.hub.qos.RateCaps;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Holds the batches of an answer over HTTP back until its visitor's caps are open: the next one
 * waits until those before are paid for. Confined to the loop.
 */
final class ReaderCap {
  private static final int BATCHES_A_SECOND = 2;

  /** Caps may be lifted before a debt is paid. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HubCore hub;
  private final String name;
  private final QosLevel level;
  private final RateCaps caps;
  private final Runnable opened;
  private QosCaps known;
  private boolean waits;

  /**
   * @param opened called when it was closed and may be open again
   */
  ReaderCap(HubCore hub, Connection.Peer peer, String name, QosLevel level, Runnable opened) {
    this.hub = hub;
    this.name = name;
    this.level = level;
    this.caps = hub.visitorCaps().of(hub.caps(), name, peer);
    this.known = caps.caps();
    this.opened = opened;
  }

  QosCaps caps() {
    return caps.caps();
  }

  /** Whether the next batch may go; if not, it tells when to ask again. */
  boolean isOpen() {
    Loop loop = hub.loop();
    long closedNanos = caps.nanosUntilOpen(level, loop.nowNanos());
    if (closedNanos > 0 && !waits) {
      waits = true;
      loop.schedule(
          Duration.ofNanos(Math.min(closedNanos, LOOK_NANOS)),
          () -> {
            waits = false;
            opened.run();
          });
    }
    return closedNanos == 0;
  }

  void sent(int bytes) {
    caps.take(level, bytes, hub.loop().nowNanos());
  }

  /** Raw bytes of a batch: not more than what the cap lets through in a moment. */
  int budgetBytes(int most) {
    long cap = caps.caps().least(level);
    int wish =
        Math.clamp(
            cap / BATCHES_A_SECOND,
            DeliverySettings.MIN_BATCH_BYTES,
            DeliverySettings.MAX_BATCH_BYTES);
    return cap == 0 ? most : Math.min(most, Integer.highestOneBit(wish));
  }

  /** The caps that the hub's rules give now. Whether they are others than before. */
  boolean useCaps() {
    QosCaps now = hub.caps().of(name, VisitorCaps.CLIENT_ID);
    caps.set(now, hub.loop().nowNanos());
    boolean changed = !now.equals(known);
    known = now;
    return changed;
  }
}
