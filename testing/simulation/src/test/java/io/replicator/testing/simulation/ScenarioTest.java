package io.replicator.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scenarios of one question each, from one seed a run: fairness under lasting overload (I5),
 * stalled neighbours (I6), urgency during a bulk load (I7). More runs, or one again:
 *
 * <pre>
 * mvn -pl testing/simulation -am test -Dtest=ScenarioTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dreplicator.seeds=1..1000
 * </pre>
 */
final class ScenarioTest {
  /** Hint, read, encode, decode, apply, each some milliseconds late. */
  private static final Duration HANDLING = Duration.ofMillis(60);

  /** Frame, block, key, version: about what an entry takes beside its value. */
  private static final int ENTRY_OVERHEAD = 40;

  static long[] seeds() {
    return Seeds.orElseRange(1, 10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noKeyIsOlderThanAFewRoundsHoweverLongTheOverloadLasts(long seed) { // I5
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    int keys = 50 + stage.random.nextInt(250);
    int bytes = stage.oneOf(50, 150, 400);
    int rate = stage.oneOf(10_000, 30_000, 100_000);
    SimClient client = stage.client("slow", slow(rate, stage.oneOf(0, 50)), 1 << 16, Stage.ALL);
    for (int i = 0; i < keys; i++) {
      stage.put(Stage.key("a", i), bytes);
    }
    stage.start();
    stage.untilEqual(client, Duration.ofMinutes(5));

    double roundSeconds = (double) keys * (bytes + ENTRY_OVERHEAD) / rate;
    int changesATick = (int) Math.max(2, stage.oneOf(3, 10, 20) * (keys / roundSeconds) / 100);
    // The round under way when a key changes, the next one that has it, and what was built before.
    Duration bound = seconds(3 * roundSeconds + 2.0 * (1 << 16) / rate + 2);
    Staleness staleness = new Staleness(stage.database, Stage.store(client), bound);
    long until = stage.loop.nowNanos() + seconds(12 * roundSeconds + 10).toNanos();
    for (int tick = 0; stage.loop.nowNanos() < until; tick++) {
      for (int i = 0; i < changesATick; i++) {
        // Half of the changes hit a tenth of the keys.
        int range = stage.random.nextBoolean() ? Math.max(1, keys / 10) : keys;
        stage.put(Stage.key("a", stage.random.nextInt(range)), bytes);
      }
      stage.loop.advance(Duration.ofMillis(10));
      if (tick % 20 == 0) {
        staleness.check(stage.loop.nowNanos(), stage.faults);
        stage.requireSound();
      }
    }
    stage.untilEqual(client, bound.multipliedBy(2));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void stalledNeighboursCostABoundAndSlowNobody(long seed) { // I6, I9
    Stage stage = new Stage(seed, Duration.ofMinutes(5));
    int keys = 200 + stage.random.nextInt(600);
    int bytes = stage.oneOf(100, 500, 1500);
    int window = stage.oneOf(1 << 15, 1 << 17);
    List<SimClient> healthy = new ArrayList<>();
    List<SimClient> stalled = new ArrayList<>();
    for (int i = 0; i < 2 + stage.random.nextInt(3); i++) {
      healthy.add(stage.client("healthy-" + i, slow(2_000_000, 5), 1 << 20, Stage.ALL));
    }
    for (int i = 0; i < 1 + stage.random.nextInt(4); i++) {
      stalled.add(stage.client("stalled-" + i, slow(2_000_000, 5), window, Stage.ALL));
    }
    for (int i = 0; i < keys; i++) {
      stage.put(Stage.key("a", i), bytes);
    }
    stage.start();
    stage.loop.advance(Duration.ofMillis(1 + stage.random.nextInt(400)));
    stalled.forEach(client -> stall(stage, client));
    healthy.forEach(client -> stage.untilEqual(client, Duration.ofSeconds(30)));

    for (int i = 0; i < 150; i++) {
      Key key = Stage.key("a", stage.random.nextInt(keys));
      stage.put(key, bytes);
      healthy.forEach(client -> stage.untilThere(client, key, lateness(bytes)));
      checkCost(stage);
    }
    stalled.forEach(client -> {
      client.link().heal();
      client.targets().forEach(target -> target.health().stalled = false);
      stage.untilEqual(client, Duration.ofMinutes(1));
    });
  }

  private static Duration lateness(int bytes) {
    return HANDLING.plusMillis(100 + 8L * bytes / 2_000);
  }

  private static void stall(Stage stage, SimClient client) {
    if (stage.random.nextBoolean()) {
      client.targets().forEach(target -> target.health().stalled = true);
    } else {
      client.link().stall(MemoryLink.Direction.TO_CLIENT);
    }
  }

  private static void checkCost(Stage stage) {
    HubStatus status = Objects.requireNonNull(stage.hub.status());
    for (HubStatus.SubscriberStatus subscriber : status.subscribers()) {
      // one live batch, and of backfill the one being sent and the one made ready
      long most =
          subscriber.windowBytes()
              + 3L * (stage.settings.bulkBatchBytes() + stage.settings.maxValueBytes());
      assertThat(subscriber.unackedBytes())
          .as("seed %d: unacknowledged of %s", stage.seed, subscriber.clientId())
          .isLessThanOrEqualTo(most);
    }
    assertThat(stage.loop.pending()).as("seed %d: tasks", stage.seed).isLessThan(5_000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anUrgentChangeWaitsForWhatIsBeingSentOnly(long seed) { // I7
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    int rate = stage.oneOf(20_000, 60_000, 250_000);
    int delayMillis = stage.oneOf(0, 10, 100);
    boolean oneFeed = stage.random.nextInt(3) == 0;
    SimClient client =
        oneFeed
            ? stage.client("narrow", slow(rate, delayMillis), 1 << 20, Stage.ALL)
            : stage.client("narrow", slow(rate, delayMillis), 1 << 20, Stage.NOT_HOT, Stage.HOT);
    stage.put(Stage.key("hot", 0), 50);
    int keys = rate / 20; // of 600 bytes: half a minute of this link
    for (int i = 0; i < keys; i++) {
      stage.put(Stage.key("b", i), 560);
    }
    stage.start();
    stage.loop.advance(Duration.ofMillis(4 * delayMillis + 2_000));
    // What waits below the scheduler, the block being written, the change itself.
    double ahead = 2_048 + 2.0 * (stage.settings.blockBytes() + 100) + 50 + 3 * ENTRY_OVERHEAD;
    Duration bound = seconds(ahead / rate).plusMillis(delayMillis).plus(HANDLING);
    for (int i = 0; i < 40; i++) {
      Key key = Stage.key("hot", i % 5);
      stage.put(key, 50);
      stage.untilThere(client, key, bound);
      stage.loop.advance(Duration.ofMillis(stage.random.nextInt(200)));
    }
    assertThat(stage.isEqual(client)).as("seed %d: the load still goes on", seed).isFalse();
    stage.untilEqual(client, Duration.ofMinutes(5)); // the lower level was not starved either
  }

  private static MemoryLink.Settings slow(int bytesPerSecond, int delayMillis) {
    return MemoryLink.Settings.FAST
        .withRate(bytesPerSecond)
        .withDelay(Duration.ofMillis(delayMillis))
        .withUnsentLimit(2_048);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
