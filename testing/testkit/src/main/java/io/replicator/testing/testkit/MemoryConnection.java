package io.replicator.testing.testkit;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a {@link MemoryLink}'s connection.
 *
 * <pre>
 * send → unsent (counts for isWritable) → [rate] → far end's loop: arriving → [delay] → onFrame
 * </pre>
 *
 * Everything but the hand-over to the far end's loop happens on this end's loop.
 */
final class MemoryConnection implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryConnection.class);
  private static final Duration LINGER = Duration.ofSeconds(5);

  /** A frame on its way; the one without a frame is the orderly end. */
  private record Item(@Nullable Frame frame, int bytes, long dueNanos) {}

  private final MemoryLink link;
  private final Loop loop;
  private final MemoryLink.Direction direction;
  private final int number;
  private @Nullable MemoryConnection far;
  private @Nullable Listener listener;

  private final ArrayDeque<Item> unsent = new ArrayDeque<>();
  private final ArrayDeque<Item> arriving = new ArrayDeque<>();
  private long unsentBytes;
  private int flushedItems;
  private boolean sending;
  private boolean delivering;
  private boolean choked;
  private boolean closing;
  private boolean ended;
  private boolean lostSomething;

  private long sentFrames;
  private long sentBytes;
  private long receivedFrames;
  private long receivedBytes;

  MemoryConnection(MemoryLink link, Loop loop, MemoryLink.Direction direction, int number) {
    this.link = link;
    this.loop = loop;
    this.direction = direction;
    this.number = number;
  }

  void join(MemoryConnection other) {
    far = other;
  }

  void open(Acceptor acceptor) {
    if (ended) {
      return;
    }
    link.opened(this);
    try {
      listener = acceptor.accept(this);
    } catch (RuntimeException e) {
      failed(e);
      return;
    }
    deliver();
  }

  Loop loop() {
    return loop;
  }

  int pair() {
    return number;
  }

  @Override
  public void send(Frame frame) {
    int bytes = frame.getSerializedSize();
    if (bytes > link.settings().maxFrameBytes()) {
      throw new IllegalArgumentException(
          "a frame of %d bytes, at most %d expected"
              .formatted(bytes, link.settings().maxFrameBytes()));
    }
    if (closing || ended) {
      return;
    }
    unsent.add(new Item(link.arriving(direction, frame), bytes, 0));
    unsentBytes += bytes;
    choked |= unsentBytes >= link.settings().unsentLimitBytes();
    sentFrames++;
    sentBytes += bytes;
  }

  @Override
  public void flush() {
    flushedItems = unsent.size();
    loop.execute(this::transmit);
  }

  @Override
  public boolean isWritable() {
    return !choked && !closing && !ended;
  }

  @Override
  public void close() {
    if (closing || ended) {
      return;
    }
    closing = true;
    unsent.add(new Item(null, 0, 0));
    flush();
    loop.schedule(LINGER, () -> end("closed by this side, unsent frames dropped"));
  }

  @Override
  public void abandon() {
    if (ended) {
      return;
    }
    String reason = closing ? "closed by this side" : "abandoned by this side";
    closing = true;
    loop.execute(() -> end(reason));
    MemoryConnection to = far;
    if (to != null && !link.swallows()) {
      Duration delay = link.settings().delay();
      to.loop.execute(() -> to.loop.schedule(delay, () -> to.end("connection reset")));
    }
  }

  @Override
  public Peer peer() {
    return new Peer(
        "memory:" + number,
        false,
        direction == MemoryLink.Direction.TO_CLIENT ? link.settings().clientIdentity() : "");
  }

  @Override
  public Stats stats() {
    MemoryLink.Settings settings = link.settings();
    long rate = settings.bytesPerSecond();
    return new Stats(
        sentFrames,
        sentBytes,
        receivedFrames,
        receivedBytes,
        OptionalLong.of(2 * settings.delay().toNanos()),
        OptionalLong.of(2 * settings.delay().toNanos()),
        rate == 0 ? OptionalLong.empty() : OptionalLong.of(rate));
  }

  /** Starts sending the first item, if there is one and the line is free. */
  void transmit() {
    if (sending || ended || flushedItems == 0 || link.stalled(direction)) {
      return;
    }
    long rate = link.settings().bytesPerSecond();
    int bytes = unsent.getFirst().bytes;
    if (rate == 0) {
      sent();
    } else {
      sending = true;
      loop.schedule(Duration.ofNanos(bytes * 1_000_000_000L / rate), this::sent);
    }
  }

  private void sent() {
    sending = false;
    if (ended) {
      return;
    }
    Item item = unsent.removeFirst();
    flushedItems--;
    unsentBytes -= item.bytes;
    if (link.swallows()) {
      lostSomething = true;
    } else if (far != null) {
      MemoryConnection to = far;
      to.loop.execute(() -> to.arrive(item));
    }
    if (item.frame == null) {
      end("closed by this side");
      return;
    }
    if (choked && unsentBytes <= link.settings().unsentLimitBytes() / 2) {
      choked = false;
      tell(Listener::onWritable);
    }
    loop.execute(this::transmit);
  }

  private void arrive(Item item) {
    if (ended) {
      return;
    }
    long due = loop.nowNanos() + link.settings().delay().toNanos();
    Item last = arriving.peekLast();
    arriving.add(
        new Item(item.frame, item.bytes, last == null ? due : Math.max(due, last.dueNanos)));
    deliver();
  }

  private void deliver() {
    Item next = arriving.peekFirst();
    if (next == null || delivering || ended || listener == null) {
      return;
    }
    delivering = true;
    loop.schedule(Duration.ofNanos(next.dueNanos - loop.nowNanos()), this::delivered);
  }

  private void delivered() {
    delivering = false;
    if (ended) {
      return;
    }
    Item item = arriving.removeFirst();
    Frame frame = item.frame;
    if (frame == null) {
      end("peer closed");
    } else if (!closing) {
      receivedFrames++;
      receivedBytes += item.bytes;
      tell(heard -> heard.onFrame(frame));
    }
    deliver();
  }

  void healed() {
    if (lostSomething) {
      end("connection reset");
      MemoryConnection to = far;
      if (to != null) {
        to.loop.execute(() -> to.end("connection reset"));
      }
    }
  }

  void end(String reason) {
    if (ended) {
      return;
    }
    ended = true;
    unsent.clear();
    arriving.clear();
    link.ended(this);
    tell(heard -> heard.onClosed(reason));
  }

  private void tell(Consumer<Listener> call) {
    Listener heard = listener;
    if (heard == null || (closing && !ended)) {
      return;
    }
    try {
      call.accept(heard);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException failure) {
    link.listenerFailed(failure);
    LOG.atError().setCause(failure).addKeyValue("peer", peer().address()).log("listener failed");
    MemoryConnection to = far;
    if (to != null && !ended) {
      to.loop.execute(() -> to.end("peer closed"));
    }
    end("this side failed: " + failure);
  }
}
