package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.qos.BlockScheduler;
import io.replicator.hub.qos.BlockSource;
import io.replicator.hub.qos.QosShares;
import io.replicator.hub.qos.RateCaps;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What one connection has to send, in the scheduler's order, and what was sent and not
 * acknowledged: the credit. Confined to the loop.
 */
final class Outbox {
  /** More blocks in one go would hold the loop for too long. */
  private static final int MAX_BLOCKS_AT_ONCE = 256;

  /** Tiny batches count by number: a client that never acknowledges is bounded in any case (I9). */
  private static final int MAX_UNACKED_BATCHES = 4096;

  private final Connection connection;
  private final Loop loop;
  private final DeliveryCounters counters;
  private final BlockScheduler scheduler;
  private final List<LaneQueue> lanes = new ArrayList<>();
  private final Map<Long, FeedStats.Mark> unacked = new HashMap<>();
  private long maxWindowBytes;
  private long windowBytes;
  private int blockBytes;
  private long lastBatch;
  private long sentDataBytes;
  private long ackedDataBytes;
  private final CreditRate rate;

  Outbox(
      Connection connection,
      Loop loop,
      QosShares shares,
      RateCaps caps,
      DeliveryCounters counters) {
    this.connection = connection;
    this.loop = loop;
    this.counters = counters;
    this.scheduler = new BlockScheduler(shares, caps);
    this.rate = new CreditRate(loop.nowNanos());
  }

  void open(long window, int blockSize) {
    maxWindowBytes = window;
    windowBytes = window;
    blockBytes = blockSize;
  }

  void add(LaneQueue lane) {
    lane.beginOnlyIf(() -> unackedBytes() < windowBytes);
    lanes.add(lane);
    scheduler.add(lane, lane.feed().level(), lane.lane());
  }

  void addStream(FrameSource stream, QosLevel level) {
    scheduler.add(stream, level, Lane.BACKFILL);
  }

  void removeStream(FrameSource stream) {
    scheduler.remove(stream);
  }

  void streamReady(FrameSource stream) {
    scheduler.ready(stream);
  }

  void enqueue(LaneQueue lane, EncodedBatch encoded, FeedStats.Mark mark) {
    Chunker blocks =
        new Chunker(
            encoded, lane.feed().requested().number(), lane.lane(), ++lastBatch, blockBytes);
    lane.add(new LaneQueue.Unsent(blocks, mark));
    scheduler.ready(lane);
  }

  /** Whether one more batch of this lane may be built, with what goes before it still unsent. */
  boolean hasCredit(LaneQueue lane) {
    long before = 0;
    for (LaneQueue other : lanes) {
      before += other.compareTo(lane) <= 0 ? other.unsentBytes() : 0;
    }
    boolean left = unackedBytes() + before < windowBytes && unacked.size() < MAX_UNACKED_BATCHES;
    if (!left) {
      rate.usedUp(loop.nowNanos());
    }
    return left;
  }

  boolean hasUnsent() {
    for (LaneQueue lane : lanes) {
      if (lane.unsentBytes() > 0) {
        return true;
      }
    }
    return false;
  }

  /** What the client takes, if it is slower than what the connection tells (empty = not known). */
  OptionalLong slower(OptionalLong connectionRate) {
    OptionalLong taken = rate.bytesPerSecond();
    return connectionRate.isPresent()
            && (taken.isEmpty() || connectionRate.getAsLong() < taken.getAsLong())
        ? connectionRate
        : taken;
  }

  long unackedBytes() {
    return sentDataBytes - ackedDataBytes;
  }

  long windowBytes() {
    return windowBytes;
  }

  int blockBytes() {
    return blockBytes;
  }

  /** How long nothing can be sent because of caps; {@link Long#MAX_VALUE} = nothing is ready. */
  long nanosUntilReady() {
    return scheduler.nanosUntilReady(loop.nowNanos());
  }

  /**
   * Sends while the connection takes more.
   *
   * @return whether it stopped only to give the loop its turn
   */
  boolean send() {
    int blocks = 0;
    while (blocks < MAX_BLOCKS_AT_ONCE && connection.isWritable()) {
      BlockSource next = scheduler.next(loop.nowNanos());
      if (next instanceof LaneQueue lane) {
        sendBlock(lane);
      } else if (next instanceof FrameSource stream) {
        sendFrame(stream);
      } else {
        break;
      }
      blocks++;
    }
    if (blocks > 0) {
      connection.flush();
    }
    return blocks == MAX_BLOCKS_AT_ONCE;
  }

  private void sendFrame(FrameSource stream) {
    Frame frame = stream.nextFrame();
    sentDataBytes += frame.getReconcileSymbols().getData().size();
    sentDataBytes += frame.getReconcileItems().getDigest().size();
    sentDataBytes += frame.getReconcileItems().getItems().size();
    connection.send(frame);
    int bytes = frame.getSerializedSize() + 2;
    counters.add(DeliveryCounter.RECONCILE_BYTES, bytes);
    scheduler.sent(stream, bytes, loop.nowNanos());
  }

  private void sendBlock(LaneQueue lane) {
    LaneQueue.Unsent head = lane.head();
    sentDataBytes += head.blocks().nextBlockBytes();
    Frame frame = Frame.newBuilder().setBlock(head.blocks().next()).build();
    connection.send(frame);
    int bytes = frame.getSerializedSize() + 2;
    lane.feed().stats().wireBytes += bytes;
    counters.increment(DeliveryCounter.BLOCKS_SENT);
    counters.add(DeliveryCounter.WIRE_BYTES, bytes);
    if (!head.blocks().hasNext()) {
      lane.removeHead();
      unacked.put(head.blocks().number(), head.mark());
      lane.feed().batchSent();
    }
    scheduler.sent(lane, bytes, loop.nowNanos());
  }

  /** Takes an acknowledgement; what was never sent cannot be acknowledged. */
  void acked(Ack ack) {
    long received = ack.getReceivedBytes();
    if (received < ackedDataBytes || received > sentDataBytes) {
      throw new ProtocolException(
          WireError.BAD_ACK,
          "received_bytes "
              + Long.toUnsignedString(received)
              + ": "
              + ackedDataBytes
              + " to "
              + sentDataBytes
              + " expected");
    }
    boolean closed = unackedBytes() >= windowBytes;
    rate.acked(received - ackedDataBytes, loop.nowNanos());
    ackedDataBytes = received;
    if (ack.getWindowBytes() != 0) {
      long wished = ack.getWindowBytes() < 0 ? Long.MAX_VALUE : ack.getWindowBytes();
      windowBytes = Math.min(wished, maxWindowBytes);
    }
    if (closed && unackedBytes() < windowBytes) {
      lanes.forEach(scheduler::ready); // batches that could not be begun
    }
    for (long number : ack.getBatchesList()) {
      FeedStats.Mark mark = unacked.remove(number);
      if (mark == null) {
        throw new ProtocolException(
            WireError.BAD_ACK,
            "batch "
                + Long.toUnsignedString(number)
                + " was acknowledged: it was not sent, or acknowledged before");
      }
      counters.increment(DeliveryCounter.BATCHES_ACKED);
      mark.lane().feed().batchAcked(mark);
    }
  }
}
