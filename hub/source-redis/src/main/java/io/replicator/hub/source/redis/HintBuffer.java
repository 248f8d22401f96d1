package io.replicator.hub.source.redis;

import io.replicator.api.Key;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keys hinted and not yet told, each once: filled by the library's threads, emptied by the source's
 * thread. When it is full, all is dropped and an overflow is noted, which a scan repairs (I2, I9).
 */
final class HintBuffer {
  private final int maxKeys;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final LinkedHashSet<Key> keys = new LinkedHashSet<>(); // guarded by lock
  private boolean overflowed; // guarded by lock
  private boolean woken; // guarded by lock
  private boolean waiting; // guarded by lock
  private int wanted; // guarded by lock

  HintBuffer(int maxKeys) {
    this.maxKeys = maxKeys;
  }

  void add(byte[] key) {
    lock.lock();
    try {
      if (overflowed) {
        return;
      }
      keys.add(Key.of(key));
      if (keys.size() > maxKeys) {
        keys.clear();
        overflowed = true;
      }
      if (waiting && (overflowed || keys.size() >= wanted)) {
        filled.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets {@link #await} return. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is a hint, an overflow or a {@link #wake}, at most for a time. */
  void await(long nanos) throws InterruptedException {
    awaitKeys(1, nanos);
  }

  /** Waits until there are so many hints, an overflow or a {@link #wake}, at most for a time. */
  void awaitKeys(int count, long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      waiting = true;
      wanted = count;
      while (keys.size() < count && !overflowed && !woken && left > 0) {
        left = filled.awaitNanos(left);
      }
      waiting = false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out at most so many keys, oldest first. */
  List<byte[]> take(int max) {
    lock.lock();
    try {
      woken = false;
      List<byte[]> taken = new ArrayList<>(Math.min(max, keys.size()));
      Iterator<Key> oldest = keys.iterator();
      while (taken.size() < max && oldest.hasNext()) {
        taken.add(oldest.next().bytes());
        oldest.remove();
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Whether hints were dropped since it was last asked. */
  boolean tookOverflow() {
    lock.lock();
    try {
      boolean was = overflowed;
      overflowed = false;
      return was;
    } finally {
      lock.unlock();
    }
  }

  void clear() {
    lock.lock();
    try {
      keys.clear();
      overflowed = false;
    } finally {
      lock.unlock();
    }
  }

  static long nanosOf(java.time.Duration duration) {
    return TimeUnit.MILLISECONDS.toNanos(duration.toMillis());
  }
}
