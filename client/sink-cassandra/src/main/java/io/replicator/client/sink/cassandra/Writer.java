package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import io.replicator.api.Counters;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends statements, a bounded number at a time, and sends again what timed out or met an overload.
 * Each such failure halves the number at a time, which then grows back by one for every full window
 * acknowledged: a cluster that is behind gets less. Shared by all feeds of a sink.
 */
final class Writer {
  private static final int LEAST_IN_FLIGHT = 8;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CqlSession session;
  private final int most;
  private final Duration limit;
  private final Counters<SinkCounter> counters;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition ended = lock.newCondition();
  // Guarded by the lock.
  private int window;
  private int inFlight;
  private int acknowledged;

  Writer(CqlSession session, CassandraSinkSettings settings, Counters<SinkCounter> counters) {
    this.session = session;
    this.most = settings.inFlight();
    this.window = most;
    this.limit = settings.timeout();
    this.counters = counters;
  }

  /** What one batch has under way. */
  final class Group {
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    // Guarded by the lock.
    private int open;

    /** Sends it as soon as there is room; fails with what went wrong before. */
    void send(Statement<?> statement) {
      enter(this);
      attempt(statement, FIRST_PAUSE_NANOS, 0);
    }

    /** Waits until everything that was sent is acknowledged. */
    void await() {
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

    private void throwFailure() {
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new java.util.concurrent.CompletionException(thrown);
      }
    }

    /**
     * @param sinceNanos when it failed for the first time, 0 = not yet
     */
    private void attempt(Statement<?> statement, long pauseNanos, long sinceNanos) {
      session
          .executeAsync(statement)
          .whenComplete((done, thrown) -> {
            if (thrown == null) {
              acknowledged();
              leave(this);
            } else {
              failed(statement, pauseNanos, sinceNanos, thrown);
            }
          });
    }

    private void failed(
        Statement<?> statement, long pauseNanos, long sinceNanos, Throwable thrown) {
      long now = System.nanoTime();
      long since = sinceNanos == 0 ? now : sinceNanos;
      if (failure.get() != null
          || !Failures.isPassing(thrown)
          || now - since > limit.toNanos()
          || session.isClosed()) {
        failure.compareAndSet(null, Failures.unwrap(thrown));
        leave(this);
        return;
      }
      slower();
      counters.add(SinkCounter.OVERLOADS, Failures.isOverload(thrown) ? 1 : 0);
      counters.add(SinkCounter.RETRIES, 1);
      long pause =
          Failures.unwrap(thrown) instanceof OverloadedException ? pauseNanos * 4 : pauseNanos;
      long longer = Math.min(LAST_PAUSE_NANOS, pauseNanos * 2);
      CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS)
          .execute(() -> attempt(statement, longer, since));
    }
  }

  Group group() {
    return new Group();
  }

  private void enter(Group group) {
    group.throwFailure();
    lock.lock();
    try {
      while (inFlight >= window) {
        room.awaitUninterruptibly();
      }
      inFlight++;
      group.open++;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Group group) {
    lock.lock();
    try {
      inFlight--;
      group.open--;
      if (group.open == 0) {
        ended.signalAll();
      }
      signalRoom();
    } finally {
      lock.unlock();
    }
  }

  private void acknowledged() {
    counters.add(SinkCounter.STATEMENTS, 1);
    lock.lock();
    try {
      if (window < most && ++acknowledged >= window) {
        acknowledged = 0;
        window++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Not for every place: who waits then sends some statements at once. */
  private void signalRoom() {
    if (inFlight <= window - (window + 3) / 4) {
      room.signalAll();
    }
  }

  private void slower() {
    lock.lock();
    try {
      window = Math.max(Math.min(LEAST_IN_FLIGHT, most), window / 2);
      acknowledged = 0;
    } finally {
      lock.unlock();
    }
  }
}
