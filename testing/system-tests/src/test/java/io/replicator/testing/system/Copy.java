package io.replicator.testing.system;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.api.KeyPatterns;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparer;
import io.replicator.command.compare.Comparison;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Judges copies by reading both servers, with nothing of the pipeline under test. */
final class Copy {
  /** The data without the version chain: older lists need not be at a target that was loaded. */
  static final CompareRules WITHOUT_CHAIN =
      new CompareRules(KeyPatterns.ALL, "", Duration.ofSeconds(1), true, 10, Duration.ZERO);

  /** One for all: thousands of clients that end are thousands of chances for one not to end. */
  private static final RedisClient CLIENT = RedisClient.create();

  private Copy() {}

  /**
   * Waits until the copy is equal.
   *
   * @param story what to print when it is not: logs of the processes
   */
  static void awaitEqual(
      Duration limit, String source, String target, int database, Supplier<String> story) {
    awaitEqual(limit, source, target, database, CompareRules.DEFAULT, story);
  }

  /** As above, by these rules. */
  static void awaitEqual(
      Duration limit,
      String source,
      String target,
      int database,
      CompareRules rules,
      Supplier<String> story) {
    AtomicReference<Comparison> last = new AtomicReference<>();
    try {
      Await.until(
          limit,
          "the copy of database " + database + " is equal",
          () -> {
            Comparison now = compare(source, database, target, database, rules);
            last.set(now);
            return now.equal();
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + last.get() + "\n" + story.get(), e);
    }
  }

  /** One full comparison. */
  static Comparison compare(
      String source, int sourceDatabase, String target, int targetDatabase, CompareRules rules) {
    try (StatefulRedisConnection<byte[], byte[]> from =
            CLIENT.connect(ByteArrayCodec.INSTANCE, RedisURI.create("redis://" + source));
        StatefulRedisConnection<byte[], byte[]> to =
            CLIENT.connect(ByteArrayCodec.INSTANCE, RedisURI.create("redis://" + target))) {
      return Comparer.compare(
          new CompareSide("source " + source, from, sourceDatabase),
          new CompareSide("target " + target, to, targetDatabase),
          rules);
    }
  }
}
