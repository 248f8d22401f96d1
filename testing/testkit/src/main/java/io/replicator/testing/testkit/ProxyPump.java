package io.replicator.testing.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link ProxyConnection}.
 *
 * <pre>
 * socket → reader thread → chunks in flight (bounded) → writer thread: delay, rate, stall → socket
 * </pre>
 */
final class ProxyPump {
  private static final int CHUNK_BYTES = 16 * 1024;

  /** So small that a stall is soon felt by the sender, unless a delay needs room. */
  private static final int MAX_IN_FLIGHT_BYTES = 64 * 1024;

  private static final int MAX_DELAYED_BYTES = 8 * 1024 * 1024;

  /** A chunk that left the sender; an empty one is the end of the stream. */
  private record Chunk(byte[] bytes, long dueNanos) {}

  private final ProxyConnection connection;
  private final Socket from;
  private final Socket to;
  private final ProxyFaults faults;
  private final ProxyFaults.Way way;
  private final String name;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<Chunk> inFlight = new ArrayDeque<>();
  private int inFlightBytes;

  private volatile boolean stopped;
  private volatile boolean lostBytes;

  ProxyPump(
      ProxyConnection connection,
      Socket from,
      Socket to,
      FaultProxy.Direction direction,
      ProxyFaults faults) {
    this.connection = connection;
    this.from = from;
    this.to = to;
    this.faults = faults;
    way = faults.of(direction);
    name = "fault-proxy " + direction;
  }

  void start() {
    Thread.ofVirtual().name(name + " reader").start(() -> endsConnection(this::read));
    Thread.ofVirtual().name(name + " writer").start(() -> endsConnection(this::write));
  }

  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean lostBytes() {
    return lostBytes;
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private void endsConnection(Work work) {
    try {
      work.run();
    } catch (IOException e) {
      // One side is gone: in a black hole the other must not learn of it.
      if (faults.blackhole) {
        lostBytes = true;
      } else {
        connection.reset();
      }
    } catch (InterruptedException e) {
      connection.reset();
    }
  }

  private void read() throws IOException, InterruptedException {
    InputStream in = from.getInputStream();
    byte[] buffer = new byte[CHUNK_BYTES];
    int count;
    do {
      count = in.read(buffer);
      byte[] bytes = count < 0 ? new byte[0] : Arrays.copyOf(buffer, count);
      if (faults.blackhole) {
        lostBytes = true;
      } else {
        put(new Chunk(bytes, System.nanoTime() + way.delayNanos));
      }
    } while (count >= 0 && !stopped);
  }

  private void put(Chunk chunk) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int limit = way.delayNanos > 0 ? MAX_DELAYED_BYTES : MAX_IN_FLIGHT_BYTES;
      while (inFlightBytes >= limit && !stopped) {
        changed.await();
      }
      inFlight.add(chunk);
      inFlightBytes += chunk.bytes.length;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Chunk take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (inFlight.isEmpty() && !stopped) {
        changed.await();
      }
      Chunk chunk = inFlight.poll();
      if (chunk != null) {
        inFlightBytes -= chunk.bytes.length;
        changed.signalAll();
      }
      return chunk;
    } finally {
      lock.unlock();
    }
  }

  private void write() throws IOException, InterruptedException {
    OutputStream out = to.getOutputStream();
    long freeNanos = System.nanoTime();
    for (Chunk chunk = take(); chunk != null && !stopped; chunk = take()) {
      parkUntil(chunk.dueNanos);
      faults.awaitWhile(() -> way.stalled && !stopped && !connection.ended());
      if (faults.blackhole) {
        lostBytes = true;
      } else if (chunk.bytes.length == 0) {
        to.shutdownOutput();
        connection.wayEnded();
        return;
      } else {
        freeNanos = pass(chunk.bytes, out, freeNanos);
      }
    }
  }

  /** Writes in pieces of about 10 ms of the rate; returns when the line is free again. */
  private long pass(byte[] bytes, OutputStream out, long freeNanos) throws IOException {
    long free = freeNanos;
    int offset = 0;
    while (offset < bytes.length && !stopped) {
      long rate = way.bytesPerSecond;
      int count = bytes.length - offset;
      if (rate > 0) {
        count = (int) Math.max(1, Math.min(count, rate / 100));
        free = Math.max(free, System.nanoTime()) + count * 1_000_000_000L / rate;
        parkUntil(free);
      }
      out.write(bytes, offset, count);
      way.passedBytes.add(count);
      offset += count;
    }
    return free;
  }

  private void parkUntil(long nanos) {
    for (long rest = nanos - System.nanoTime();
        rest > 0 && !stopped;
        rest = nanos - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(rest, 50_000_000L));
    }
  }
}
