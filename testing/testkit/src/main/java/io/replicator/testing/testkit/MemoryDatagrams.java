package io.replicator.testing.testkit;

import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@link MemoryDatagramLink}'s datagrams. Confined to the loop that both ends share.
 */
final class MemoryDatagrams implements Datagrams {
  private final MemoryDatagramLink link;
  private final Loop loop;
  private final boolean toClient;
  private final int number;
  private @Nullable MemoryDatagrams far;
  private @Nullable Listener listener;
  private boolean ended;
  private long freeNanos;
  private long sent;
  private long received;

  MemoryDatagrams(MemoryDatagramLink link, Loop loop, boolean toClient, int number) {
    this.link = link;
    this.loop = loop;
    this.toClient = toClient;
    this.number = number;
  }

  void join(MemoryDatagrams other) {
    far = other;
  }

  void open(Acceptor acceptor) {
    try {
      listener = acceptor.accept(this);
    } catch (RuntimeException e) {
      end("this side failed: " + e);
    }
  }

  @Override
  public int maxBytes() {
    return link.settings().maxBytes();
  }

  @Override
  public void send(byte[] payload) {
    if (payload.length > maxBytes()) {
      throw new IllegalArgumentException(
          "a datagram of %d bytes, at most %d expected".formatted(payload.length, maxBytes()));
    }
    if (ended) {
      return;
    }
    sent++;
    MemoryDatagramLink.Settings settings = link.settings();
    long wait = queue(payload.length, settings);
    if (wait < 0 || link.loses(toClient, payload.length)) {
      return;
    }
    deliver(payload, wait + link.delayNanos());
    if (link.doubles()) {
      deliver(payload.clone(), wait + link.delayNanos());
    }
  }

  /** Nanoseconds until it has passed the bottleneck, -1 = the queue before it is full. */
  private long queue(int bytes, MemoryDatagramLink.Settings settings) {
    if (settings.bytesPerSecond() == 0) {
      return 0;
    }
    long now = loop.nowNanos();
    long begins = Math.max(now, freeNanos);
    if ((begins - now) / 1e9 * settings.bytesPerSecond() > settings.queueBytes()) {
      return -1;
    }
    freeNanos = begins + bytes * 1_000_000_000L / settings.bytesPerSecond();
    return freeNanos - now;
  }

  private void deliver(byte[] payload, long nanos) {
    MemoryDatagrams to = far;
    if (to != null) {
      loop.schedule(Duration.ofNanos(nanos), () -> to.arrive(payload));
    }
  }

  private void arrive(byte[] payload) {
    Listener heard = listener;
    if (ended || heard == null) {
      return;
    }
    received++;
    try {
      heard.onDatagram(payload);
    } catch (RuntimeException e) {
      link.listenerFailed(e);
      MemoryDatagrams other = far;
      end("this side failed: " + e);
      if (other != null) {
        loop.execute(() -> other.end("the peer closed"));
      }
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    if (!ended) {
      MemoryDatagrams other = far;
      loop.execute(() -> end("closed by this side"));
      if (other != null && !link.isBlocked()) {
        loop.schedule(Duration.ofNanos(link.delayNanos()), () -> other.end("the peer closed"));
      }
    }
  }

  @Override
  public String address() {
    return "memory:" + number;
  }

  @Override
  public Stats stats() {
    return new Stats(
        sent,
        received,
        0,
        OptionalLong.of(2 * link.settings().delay().toNanos()),
        link.settings().windowBytes());
  }

  void end(String reason) {
    if (!ended) {
      ended = true;
      link.ended(this);
      Listener heard = listener;
      if (heard != null) {
        heard.onClosed(reason);
      }
    }
  }
}
