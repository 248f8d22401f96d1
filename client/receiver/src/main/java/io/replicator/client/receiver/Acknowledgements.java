package io.replicator.client.receiver;

import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the client tells the hub that it has: batches that every target has, and the bytes that give
 * the hub room for more. Credit comes from the targets: what they have not got yet takes of the
 * window (P61). An acknowledgement leaves when the loop has done what was ready, so that batches
 * applied together are acknowledged together and credit flows at once. Confined to the loop.
 */
final class Acknowledgements {
  /** Data of runs is told without a batch after this part of the window. */
  private static final int WINDOW_PART = 8;

  /** Batches of a feed beyond the window: one of each lane (P61). */
  private static final long BATCHES_PER_FEED = 2;

  private final Loop loop;
  private final long windowBytes;
  private final long limit;
  private final Consumer<Frame> send;

  private final List<Long> batches = new ArrayList<>();
  private boolean scheduled;
  private long receivedBytes;
  private long unappliedBytes;
  private long acknowledgedBytes;

  Acknowledgements(Loop loop, ReceiverSettings settings, int feeds, Consumer<Frame> send) {
    this.loop = loop;
    this.windowBytes = settings.windowBytes();
    this.limit = windowBytes + BATCHES_PER_FEED * feeds * settings.maxBatchBytes();
    this.send = send;
  }

  /** A block came. Fails with {@link ProtocolException} if the hub sends more than it may. */
  void blockCame(int bytes) {
    receivedBytes += bytes;
    unappliedBytes += bytes;
    if (unappliedBytes > limit) {
      throw new ProtocolException(
          WireError.OVERLOADED,
          "%d bytes sent and not acknowledged, at most %d expected with a window of %d"
              .formatted(unappliedBytes, limit, windowBytes));
    }
  }

  /** Data of a run came: it counts against the window like that of blocks, until it came (P61). */
  void runDataCame(int bytes) {
    receivedBytes += bytes;
    if (credited() - acknowledgedBytes >= windowBytes / WINDOW_PART) {
      schedule();
    }
  }

  /** Every active target has the batch, which came in so many bytes of blocks. */
  void applied(long batch, int blockBytes) {
    unappliedBytes -= blockBytes;
    batches.add(batch);
    schedule();
  }

  private long credited() {
    return receivedBytes - unappliedBytes;
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this::acknowledge);
    }
  }

  private void acknowledge() {
    scheduled = false;
    acknowledgedBytes = credited();
    Ack ack = Ack.newBuilder().addAllBatches(batches).setReceivedBytes(acknowledgedBytes).build();
    batches.clear();
    send.accept(Frame.newBuilder().setAck(ack).build());
  }
}
