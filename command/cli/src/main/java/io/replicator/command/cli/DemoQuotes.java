package io.replicator.command.cli;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The quotes of the demo's example page: {@code quote:ABCD} holds the JSON of one symbol, whose
 * price walks at random.
 */
final class DemoQuotes {
  static final int COUNT = 1000;
  private static final double SPREAD = 0.0004;

  private final RedisAsyncCommands<byte[], byte[]> commands;
  private final Consumer<RedisFuture<?>> sent;
  private final Random random;
  private final double[] open = new double[COUNT];
  private final double[] last = new double[COUNT];
  private final long[] volume = new long[COUNT];

  /**
   * @param sent takes the reply of each command
   */
  DemoQuotes(
      RedisAsyncCommands<byte[], byte[]> commands, Consumer<RedisFuture<?>> sent, long seed) {
    this.commands = commands;
    this.sent = sent;
    this.random = new Random(seed);
    for (int i = 0; i < COUNT; i++) {
      open[i] = 5 + random.nextInt(49_500) / 100.0;
      last[i] = open[i];
    }
  }

  /** Writes all for the first time. */
  void load() {
    for (int i = 0; i < COUNT; i++) {
      write(i);
    }
  }

  /** Some of them were traded. */
  void move(int times) {
    for (int n = 0; n < times; n++) {
      int i = random.nextInt(COUNT);
      last[i] = Math.max(0.05, last[i] * (1 + random.nextGaussian() * 0.002));
      volume[i] += 1 + random.nextInt(500);
      write(i);
    }
  }

  private void write(int i) {
    String json =
        String.format(
            Locale.ROOT,
            "{\"symbol\":\"%s\",\"last\":%.2f,\"change\":%.2f,\"bid\":%.2f,\"ask\":%.2f,\"volume\":%d}",
            symbol(i),
            last[i],
            (last[i] / open[i] - 1) * 100,
            last[i] * (1 - SPREAD),
            last[i] * (1 + SPREAD),
            volume[i]);
    sent.accept(commands.set(bytes("quote:" + symbol(i)), bytes(json)));
  }

  /** Four letters, another for each i. */
  private static String symbol(int i) {
    char[] letters = new char[4];
    int rest = i * 449 + 17; // spread over the alphabet
    for (int n = 3; n >= 0; n--) {
      letters[n] = (char) ('A' + rest % 26);
      rest /= 26;
    }
    return new String(letters);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
