package io.replicator.client.sink.redis;

import static io.replicator.client.sink.redis.SinkFixture.FEED;
import static io.replicator.client.sink.redis.SinkFixture.batch;
import static io.replicator.client.sink.redis.SinkFixture.text;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.remove;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Invariant I4: whenever the target is killed, what it holds afterwards is exactly what the cursor
 * that it holds says. Run with {@code -Dsink.seed=…} to repeat a run.
 */
final class KilledTargetTest {
  private static final int BATCHES = 400;

  @RepeatedTest(3)
  void holdsExactlyWhatItsCursorSays() {
    long seed = Long.getLong("sink.seed", System.nanoTime());
    System.out.println("sink.seed=" + seed);
    Random random = new Random(seed);
    List<Map<String, String>> states = new ArrayList<>(List.of(Map.of()));
    List<Batch> batches = new ArrayList<>();
    for (int i = 1; i <= BATCHES; i++) {
      batches.add(nextBatch(random, i, states));
    }
    try (SinkFixture target = new SinkFixture("--appendonly", "yes", "--appendfsync", "always");
        RedisSink sink = target.sink()) {
      int kills = 0;
      int applied = 0;
      while (applied < BATCHES) {
        applied = position(done(sink.open(FEED)));
        if (kills > 0) {
          assertThat(stateOf(target))
              .as("seed %s after %s", seed, applied)
              .isEqualTo(states.get(applied));
        }
        CompletableFuture<?> killing =
            kills < 8
                ? killAfter(target, random.nextInt(60))
                : CompletableFuture.completedFuture("");
        try {
          for (int next = applied; next < BATCHES; next++) {
            done(sink.apply(batches.get(next)));
          }
          applied = BATCHES;
        } catch (SinkException e) {
          assertThat(e.category()).as("%s", e).isEqualTo(SinkException.Category.UNAVAILABLE);
        }
        killing.join();
        if (kills++ < 8) {
          target.server().start();
          applied = 0;
        }
      }
      assertThat(stateOf(target)).as("seed %s at the end", seed).isEqualTo(states.getLast());
      assertThat(kills).isGreaterThan(8);
    }
  }

  private static CompletableFuture<?> killAfter(SinkFixture target, int millis) {
    return CompletableFuture.runAsync(() -> {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      target.server().kill();
    });
  }

  private static int position(Cursor cursor) {
    byte[] live = cursor.live();
    return live == null ? 0 : Integer.parseInt(text(live));
  }

  private static Batch nextBatch(Random random, int number, List<Map<String, String>> states) {
    Map<String, String> state = new HashMap<>(states.getLast());
    Map<String, Change> changes = new HashMap<>();
    int count = 1 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      String key = "k" + random.nextInt(200);
      String value = "v" + number + "." + i;
      switch (random.nextInt(4)) {
        case 0 -> {
          changes.put(key, remove(key));
          state.remove(key);
        }
        case 1 -> {
          changes.put(key, put(key, new Value.ListValue(List.of(bytes(value), bytes("x")))));
          state.put(key, "list " + value);
        }
        default -> {
          changes.put(key, put(key, value));
          state.put(key, "string " + value);
        }
      }
    }
    states.add(state);
    return batch(changes.values().toArray(new Change[0]))
        .cursor(live(Integer.toString(number)))
        .build();
  }

  private static Map<String, String> stateOf(SinkFixture target) {
    Map<String, String> state = new HashMap<>();
    try (StatefulRedisConnection<byte[], byte[]> connection = target.anotherConnection()) {
      RedisCommands<byte[], byte[]> redis = connection.sync();
      KeyScanCursor<byte[]> page = redis.scan();
      while (true) {
        for (byte[] key : page.getKeys()) {
          if (!text(key).startsWith("__replicator:")) {
            state.put(
                text(key),
                redis.type(key).equals("list")
                    ? "list " + text(redis.lindex(key, 0))
                    : "string " + text(redis.get(key)));
          }
        }
        if (page.isFinished()) {
          return state;
        }
        page = redis.scan(ScanCursor.of(page.getCursor()));
      }
    }
  }
}
