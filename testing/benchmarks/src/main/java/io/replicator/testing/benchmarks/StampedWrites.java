package io.replicator.testing.benchmarks;

import io.replicator.testing.testkit.JsonValues;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes values that begin with the moment they were written, at an even pace. Confined to one
 * thread.
 */
final class StampedWrites {
  /** All begin with this, so that clients can ask for them alone. */
  static final String PREFIX = "live:";

  private static final int KEYS = 1000;
  private static final int VALUE_BYTES = 200;
  private static final byte[] SET = {'S', 'E', 'T'};
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final RespClient redis;
  private final int perSecond;
  private final byte[] filling = new JsonValues(1).value(1);
  private long count;

  StampedWrites(RespClient redis, int perSecond) {
    this.redis = redis;
    this.perSecond = perSecond;
  }

  /** When a value was written, in nanoseconds of this process. */
  static long stamp(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  /** Returns how many were written. */
  long run(double seconds) {
    long begun = System.nanoTime();
    long written = 0;
    long total = (long) (seconds * perSecond);
    while (written < total) {
      long due = Math.min(total, (long) ((System.nanoTime() - begun) / 1e9 * perSecond));
      long n = due - written;
      for (long i = 0; i < n; i++) {
        redis.add(SET, key(count++ % KEYS), value());
      }
      redis.flush();
      for (long i = 0; i < n; i++) {
        redis.reply();
      }
      written += n;
      LockSupport.parkNanos(STEP_NANOS);
    }
    return written;
  }

  private byte[] value() {
    ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES);
    value.putLong(System.nanoTime());
    value.put(filling, 0, Math.min(filling.length, value.remaining()));
    return value.array();
  }

  private static byte[] key(long i) {
    return (PREFIX + i).getBytes(StandardCharsets.US_ASCII);
  }
}
