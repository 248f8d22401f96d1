package io.replicator.hub.delivery;

import io.replicator.link.codec.Compression;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How hard a batch is compressed: a slow link has time for it, a fast one has not. The bounds lie
 * where compressing takes about a third of one core while the link is kept full (decision 110).
 */
final class CompressionLevels {
  private static final long MB = 1_000_000;

  /** From fast to slow: for at least so many bytes a second this level of zstd. */
  private static final long[] RATES = {3 * MB, MB * 3 / 2, MB / 4, 0};

  private static final int[] LEVELS = {1, 6, 9, 12};

  /** Who is farther needs round trips until it is known how fast the link is. */
  private static final long FAR_NANOS = 20_000_000;

  private static final long FAR_RATE = MB;
  private static final long FAR_BYTES = MB;

  private CompressionLevels() {}

  /**
   * The rate to compress for. A far peer's first megabyte takes many round trips on any link, also
   * on one that was fast for an earlier connection: there is time to make it small.
   *
   * @param known of the link, empty = it was never filled
   * @param leastRttNanos so that nobody is far who only waits for a busy machine
   */
  static OptionalLong rate(OptionalLong known, OptionalLong leastRttNanos, long sentBytes) {
    boolean far = leastRttNanos.isPresent() && leastRttNanos.getAsLong() >= FAR_NANOS;
    return far && sentBytes < FAR_BYTES
        ? OptionalLong.of(Math.min(known.orElse(FAR_RATE), FAR_RATE))
        : known;
  }

  /**
   * @param fixed what the operator wants, used where the compression has it
   * @param bytesPerSecond of the link, empty = not known
   * @param busy whether compressing is what holds things up
   */
  static int of(
      Compression compression, OptionalInt fixed, OptionalLong bytesPerSecond, boolean busy) {
    if (fixed.isPresent()
        && fixed.getAsInt() >= compression.minLevel()
        && fixed.getAsInt() <= compression.maxLevel()) {
      return fixed.getAsInt();
    }
    if (compression != Compression.ZSTD) {
      return compression.defaultLevel();
    }
    // A link that was never filled is faster than what is built for it.
    return busy || bytesPerSecond.isEmpty() ? LEVELS[0] : forRate(bytesPerSecond.getAsLong());
  }

  private static int forRate(long bytesPerSecond) {
    int i = 0;
    while (bytesPerSecond < RATES[i]) {
      i++;
    }
    return LEVELS[i];
  }
}
