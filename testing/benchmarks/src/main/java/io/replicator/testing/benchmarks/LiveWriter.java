package io.replicator.testing.benchmarks;

import io.replicator.testing.testkit.JsonValues;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Writes JSON values to a Redis: all keys once, or random ones of a part of them for some time. */
final class LiveWriter implements AutoCloseable {
  private static final int PIPELINE = 64;
  private static final int LOAD_PIPELINE = 1000;
  private static final int VALUES = 4096;
  private static final byte[] SET = {'S', 'E', 'T'};

  private final int port;
  private final RespClient redis;
  private final JsonValues values = new JsonValues(1);
  private final byte[][] keys;
  private final byte[][] newValues = new byte[VALUES][];
  private final Random random = new Random(1);

  /**
   * @param keys how many keys are changed again and again
   */
  LiveWriter(int port, int keys) {
    this.port = port;
    redis = new RespClient(port);
    this.keys = new byte[keys][];
    for (int i = 0; i < keys; i++) {
      this.keys[i] = JsonValues.key(i);
    }
    for (int i = 0; i < VALUES; i++) {
      newValues[i] = values.value(i);
    }
  }

  int port() {
    return port;
  }

  /** Processor seconds of the source since its start. */
  double sourceCpuSeconds() {
    return redis.cpuSeconds();
  }

  void load(int count) {
    for (int i = 0; i < count; i += LOAD_PIPELINE) {
      int end = Math.min(count, i + LOAD_PIPELINE);
      for (int n = i; n < end; n++) {
        redis.add(SET, JsonValues.key(n), values.value(n));
      }
      drain(end - i);
    }
  }

  /**
   * Writes until the time is over.
   *
   * @param perSecond how many at most, 0 = as many as the source takes
   * @return how many were written
   */
  long write(double seconds, int perSecond) {
    long begun = System.nanoTime();
    long end = begun + (long) (seconds * 1e9);
    long written = 0;
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < PIPELINE; i++) {
        redis.add(SET, keys[random.nextInt(keys.length)], newValues[random.nextInt(VALUES)]);
      }
      drain(PIPELINE);
      written += PIPELINE;
      if (perSecond > 0) {
        long due = begun + (long) (written * 1e9 / perSecond);
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
    return written;
  }

  private void drain(int replies) {
    redis.flush();
    for (int i = 0; i < replies; i++) {
      redis.reply();
    }
  }

  @Override
  public void close() {
    redis.close();
  }
}
