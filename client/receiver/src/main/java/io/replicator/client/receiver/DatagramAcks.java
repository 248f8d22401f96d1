package io.replicator.client.receiver;

import io.replicator.link.codec.NumberRanges;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramAck;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which datagrams of a session came and which are applied, and how the hub hears of it: an
 * acknowledgement leaves a moment after the first arrival that it tells of. As a datagram it is
 * quick and repeats what the ones before said; as a frame it is sure to arrive and tells each
 * number once. Confined to the loop.
 */
final class DatagramAcks {
  private static final Duration ACK_DELAY = Duration.ofMillis(2);

  /**
   * On a long way a datagram waits a little longer for more to tell: acknowledgements cost bytes.
   */
  private static final int PARTS_OF_ROUND_TRIP = 25;

  private static final Duration MAX_ACK_DELAY = Duration.ofMillis(5);
  private static final Duration FRAME_DELAY = Duration.ofMillis(40);

  /** On a line that loses each is a few bytes in each of them; frames tell all. */
  private static final int RANGES_IN_DATAGRAM = 12;

  private static final int RANGES_KEPT = 256;

  private final Loop loop;
  private final Consumer<Frame> frames;
  private final Supplier<@Nullable Datagrams> datagrams;
  private final NumberRanges received = new NumberRanges();
  private final NumberRanges applied = new NumberRanges();
  private final NumberRanges receivedUntold = new NumberRanges();
  private final NumberRanges appliedUntold = new NumberRanges();

  private boolean closed;
  private boolean ackScheduled;
  private boolean frameScheduled;
  private boolean newSinceAck;

  private long arrivals;
  private long duplicates;
  private long recovered;

  /**
   * @param frames sends a frame on the connection
   * @param datagrams those that are open, null = none
   */
  DatagramAcks(Loop loop, Consumer<Frame> frames, Supplier<@Nullable Datagrams> datagrams) {
    this.loop = loop;
    this.frames = frames;
    this.datagrams = datagrams;
  }

  long arrivals() {
    return arrivals;
  }

  /** Of the arrivals those that came before. */
  long duplicates() {
    return duplicates;
  }

  long recovered() {
    return recovered;
  }

  /** One was made from a parity: it arrives next. */
  void madeFromParity() {
    recovered++;
  }

  /** Nothing is told any more. */
  void close() {
    closed = true;
  }

  /** False if it came before. */
  boolean arrived(long number) {
    arrivals++;
    if (!received.add(number)) {
      duplicates++;
      newSinceAck = true; // perhaps the hub did not hear of it
      schedule();
      return false;
    }
    received.keepNewest(RANGES_KEPT);
    receivedUntold.add(number);
    newSinceAck = true;
    schedule();
    return true;
  }

  void applied(List<Long> numbers) {
    for (long number : numbers) {
      applied.add(number);
      appliedUntold.add(number);
    }
    applied.keepNewest(RANGES_KEPT);
    newSinceAck = true;
    schedule();
  }

  private void schedule() {
    if (!ackScheduled) {
      ackScheduled = true;
      loop.schedule(ackDelay(), this::acknowledge);
    }
    if (!frameScheduled) {
      frameScheduled = true;
      loop.schedule(datagrams.get() == null ? ACK_DELAY : FRAME_DELAY, this::acknowledgeForSure);
    }
  }

  private Duration ackDelay() {
    Datagrams open = datagrams.get();
    long roundTripNanos = open == null ? 0 : open.stats().rttNanos().orElse(0);
    long part = roundTripNanos / PARTS_OF_ROUND_TRIP;
    return Duration.ofNanos(Math.clamp(part, ACK_DELAY.toNanos(), MAX_ACK_DELAY.toNanos()));
  }

  private void acknowledge() {
    ackScheduled = false;
    Datagrams open = datagrams.get();
    if (closed || open == null || !newSinceAck) {
      return;
    }
    newSinceAck = false;
    for (int ranges = RANGES_IN_DATAGRAM; ranges > 0; ranges /= 2) {
      byte[] payload =
          Datagram.newBuilder().setAck(ack(received, applied, ranges)).build().toByteArray();
      if (payload.length <= open.maxBytes()) {
        open.send(payload);
        open.flush();
        return;
      }
    }
  }

  private void acknowledgeForSure() {
    frameScheduled = false;
    if (closed || (receivedUntold.isEmpty() && appliedUntold.isEmpty())) {
      return;
    }
    DatagramAck ack = ack(receivedUntold, appliedUntold, NumberRanges.MAX_RANGES);
    receivedUntold.clear();
    appliedUntold.clear();
    frames.accept(Frame.newBuilder().setDatagramAck(ack).build());
  }

  private DatagramAck ack(NumberRanges came, NumberRanges done, int ranges) {
    return DatagramAck.newBuilder()
        .addAllReceived(came.encode(ranges))
        .addAllApplied(done.encode(ranges))
        .setRecovered(recovered)
        .build();
  }
}
