package io.replicator.testing.testkit;

import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What a {@link FaultProxy} does wrong at present; changes wake whoever waits for one. */
final class ProxyFaults {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Way toServer = new Way();
  private final Way toClient = new Way();

  // Written under the lock, read anywhere.
  volatile boolean refuse;
  volatile boolean blackhole;

  /** Faults of one direction; written under the lock, read anywhere. */
  static final class Way {
    volatile boolean stalled;
    volatile long bytesPerSecond;
    volatile long delayNanos;
    final LongAdder passedBytes = new LongAdder();
  }

  Way of(FaultProxy.Direction direction) {
    return switch (direction) {
      case TO_SERVER -> toServer;
      case TO_CLIENT -> toClient;
    };
  }

  void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a change of faults that ends the condition. */
  void awaitWhile(BooleanSupplier condition) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (condition.getAsBoolean()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
