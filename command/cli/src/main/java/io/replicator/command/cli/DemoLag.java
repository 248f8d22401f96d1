package io.replicator.command.cli;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How long one change takes from the source's Redis to the target's, while everything else goes on:
 * writes a number at the source and looks for it at the target, again and again. Confined to the
 * demo's thread.
 */
final class DemoLag {
  private static final int MAX_SAMPLES = 100_000;

  private final RedisAsyncCommands<byte[], byte[]> source;
  private final RedisAsyncCommands<byte[], byte[]> target;
  private final byte[] key;
  private final double[] millis = new double[MAX_SAMPLES];
  private int samples;
  private long number;
  private long writtenNanos;
  private byte @Nullable [] expected;
  private @Nullable RedisFuture<byte[]> asked;

  DemoLag(
      RedisAsyncCommands<byte[], byte[]> source,
      RedisAsyncCommands<byte[], byte[]> target,
      byte[] key) {
    this.source = source;
    this.target = target;
    this.key = key;
  }

  /** Does the next thing that can be done without waiting. */
  void step(long nowNanos) {
    if (expected == null) {
      expected = Long.toString(++number).getBytes(StandardCharsets.US_ASCII);
      writtenNanos = nowNanos;
      var _ = source.set(key, expected);
    }
    RedisFuture<byte[]> reply = asked;
    if (reply != null && reply.isDone()) {
      asked = null;
      if (Arrays.equals(expected, reply.toCompletableFuture().join())) {
        expected = null;
        millis[samples % MAX_SAMPLES] = (nowNanos - writtenNanos) / 1e6;
        samples++;
        return;
      }
    }
    if (asked == null) {
      asked = target.get(key);
    }
  }

  /** Median and the worst of a hundred. */
  String text() {
    if (samples == 0) {
      return "not measured yet";
    }
    double[] sorted = Arrays.copyOf(millis, Math.min(samples, MAX_SAMPLES));
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%.1f ms in the middle, %.1f ms at worst of 100 (%d times measured)",
        sorted[sorted.length / 2],
        sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)],
        samples);
  }
}
