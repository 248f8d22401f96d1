package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.replicator.api.Counters;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends statements, a bounded number (and bytes) at a time, and sends again what timed out or met
 * an overload, after a pause. Each such failure halves the number at a time, which then grows back
 * by one for every full window acknowledged: a cluster that is behind gets less. Shared by all
 * feeds of a sink.
 *
 * <p>Who makes statements goes ahead of what is under way. An acknowledgement sends the next one
 * itself, on the driver's thread: so what is acknowledged together is replaced together, in one
 * write to the connection, and nobody is woken for it.
 *
 * <pre>
 *   send -> [held, a few] -> a place is free ----------> under way -> acknowledged
 *                       \-> [waiting, AHEAD or so] -> next -^  |   \-----> next
 *                                  ^------- [pause] <----------/ failed
 * </pre>
 */
final class Writer {
  private static final int LEAST_IN_FLIGHT = 8;

  /** Of statements under way; one that is larger goes alone. */
  static final long MOST_BYTES_IN_FLIGHT = 8L << 20;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So many are handed over together. */
  private static final int HELD = 16;

  /** While so many wait for those that are under way nothing is taken. */
  private static final int AHEAD = 256;

  private final CqlSession session;
  private final int most;
  private final Duration limit;
  private final Counters<SinkCounter> counters;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition ended = lock.newCondition();
  // Guarded by the lock.
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private int window;
  private int inFlight;
  private long bytesInFlight;
  private int acknowledged;

  Writer(CqlSession session, CassandraSinkSettings settings, Counters<SinkCounter> counters) {
    this.session = session;
    this.most = settings.inFlight();
    this.window = most;
    this.limit = settings.timeout();
    this.counters = counters;
  }

  /** What one batch has under way. For one thread. */
  final class Group {
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Request> held = new ArrayList<>(HELD);
    // Guarded by the lock.
    private int open;

    /**
     * Sends it as soon as there is room; fails with what went wrong before.
     *
     * @param bytes about what it takes
     */
    void send(Statement<?> statement, int bytes) {
      held.add(new Request(this, statement, bytes));
      if (held.size() == HELD) {
        handOver();
      }
    }

    /** Waits until everything that was sent is acknowledged. */
    void await() {
      handOver();
      lock.lock();
      try {
        while (open > 0) {
          ended.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
      }
      throwFailure();
    }

    private void handOver() {
      throwFailure();
      int places = enter(this, held);
      for (int i = 0; i < places; i++) {
        held.get(i).attempt();
      }
      held.clear();
    }

    private void throwFailure() {
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new CompletionException(thrown);
      }
    }

    private boolean hasFailed() {
      return failure.get() != null;
    }
  }

  /** One statement until it is acknowledged or given up. */
  private final class Request implements BiConsumer<@Nullable AsyncResultSet, @Nullable Throwable> {
    private final Group group;
    private final Statement<?> statement;
    private final int bytes;
    // Of whoever has it: one thread after the other.
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long sinceNanos; // when it failed for the first time, 0 = not yet

    private Request(Group group, Statement<?> statement, int bytes) {
      this.group = group;
      this.statement = statement;
      this.bytes = bytes;
    }

    private void attempt() {
      try {
        session.executeAsync(statement).whenComplete(this);
      } catch (RuntimeException e) {
        failed(e);
      }
    }

    @Override
    public void accept(@Nullable AsyncResultSet done, @Nullable Throwable thrown) {
      if (thrown == null) {
        counters.add(SinkCounter.STATEMENTS, 1);
        left(this, true);
      } else {
        failed(thrown);
      }
    }

    private void failed(Throwable thrown) {
      long now = System.nanoTime();
      if (sinceNanos == 0) {
        sinceNanos = now;
      }
      if (group.hasFailed()
          || !Failures.isPassing(thrown)
          || now - sinceNanos > limit.toNanos()
          || session.isClosed()) {
        group.failure.compareAndSet(null, Failures.unwrap(thrown));
        left(this, false);
        return;
      }
      slower(this);
      counters.add(SinkCounter.OVERLOADS, Failures.isOverload(thrown) ? 1 : 0);
      counters.add(SinkCounter.RETRIES, 1);
      long pause = Failures.isRefusedForLoad(thrown) ? pauseNanos * 4 : pauseNanos;
      pauseNanos = Math.min(LAST_PAUSE_NANOS, pauseNanos * 2);
      CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS).execute(() -> again(this));
    }
  }

  /**
   * What it does now.
   *
   * @param waiting statements for which there is no room
   */
  record Load(int inFlight, long bytesInFlight, int waiting, int window) {}

  Load load() {
    lock.lock();
    try {
      return new Load(inFlight, bytesInFlight, waiting.size(), window);
    } finally {
      lock.unlock();
    }
  }

  Group group() {
    return new Group();
  }

  /** Takes what is held: says how many have a place, the first ones; the others wait for one. */
  private int enter(Group group, List<Request> held) {
    lock.lock();
    try {
      while (waiting.size() >= AHEAD) {
        room.awaitUninterruptibly();
      }
      int places = 0;
      while (places < held.size() && hasRoom(held.get(places))) {
        takePlace(held.get(places));
        places++;
      }
      waiting.addAll(held.subList(places, held.size()));
      group.open += held.size();
      return places;
    } finally {
      lock.unlock();
    }
  }

  /** One is through: the next one takes its place. */
  private void left(Request gone, boolean acknowledges) {
    Request next;
    lock.lock();
    try {
      giveUpPlace(gone);
      closed(gone.group);
      if (acknowledges && window < most && ++acknowledged >= window) {
        acknowledged = 0;
        window++;
      }
      next = next();
    } finally {
      lock.unlock();
    }
    sendFrom(next);
  }

  /** Its pause is over: it goes before those that wait. */
  private void again(Request failed) {
    Request next;
    lock.lock();
    try {
      waiting.addFirst(failed);
      next = next();
    } finally {
      lock.unlock();
    }
    sendFrom(next);
  }

  /** This one and those behind it for which there is room. */
  private void sendFrom(@Nullable Request first) {
    Request next = first;
    while (next != null) {
      next.attempt();
      next = next();
    }
  }

  /** It failed and gives up its place; whoever comes back from a pause calls for the next one. */
  private void slower(Request failed) {
    lock.lock();
    try {
      giveUpPlace(failed);
      window = Math.max(Math.min(LEAST_IN_FLIGHT, most), window / 2);
      acknowledged = 0;
    } finally {
      lock.unlock();
    }
  }

  /** The next one that may go, null = none; forgets those of batches that failed. */
  private @Nullable Request next() {
    lock.lock();
    try {
      Request next = null;
      Request first = waiting.peekFirst();
      while (next == null && first != null && (first.group.hasFailed() || hasRoom(first))) {
        waiting.removeFirst();
        if (first.group.hasFailed()) {
          closed(first.group);
        } else {
          takePlace(first);
          next = first;
        }
        first = waiting.peekFirst();
      }
      // Not for every place: who waits then hands over some at once.
      if (waiting.size() <= AHEAD / 2) {
        room.signalAll();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(Request request) {
    return inFlight == 0
        || (inFlight < window && bytesInFlight + request.bytes <= MOST_BYTES_IN_FLIGHT);
  }

  private void takePlace(Request request) {
    inFlight++;
    bytesInFlight += request.bytes;
  }

  private void giveUpPlace(Request request) {
    inFlight--;
    bytesInFlight -= request.bytes;
  }

  private void closed(Group group) {
    group.open--;
    if (group.open == 0) {
      ended.signalAll();
    }
  }
}
