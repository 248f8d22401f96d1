package io.replicator.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Datagrams of two levels on a line that carries an eighth of what changes: REALTIME goes first,
 * what waits is merged, and the lower level stands still for no key.
 */
final class DatagramLevelsTest {
  private static final Duration ONE_WAY = Duration.ofMillis(50);
  private static final int BYTES_PER_SECOND = 60_000;
  private static final int KEYS = 2000;
  private static final int VALUE_BYTES = 200;
  private static final int UPDATES_IN_A_MILLISECOND = 2;
  private static final int HOT_EVERY_MILLIS = 50;
  private static final Duration RUN = Duration.ofSeconds(24);

  /** What the first window overflows is lost, then the share of the line is found (164, 230). */
  private static final Duration START = Duration.ofSeconds(6);

  private record Probe(Key key, long state, long writtenNanos) {}

  private final Map<Key, Probe> out = new HashMap<>();
  private final List<Long> latenesses = new ArrayList<>();

  static long[] seeds() {
    return Seeds.orElseRange(1, 2);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void realtimeGoesFirstAndWhatWaitsIsMerged(long seed) { // I5, I7
    Stage stage = new Stage(seed, Duration.ofSeconds(30), true);
    MemoryDatagramLink way =
        new MemoryDatagramLink(
            stage.loop,
            new MemoryDatagramLink.Settings(
                ONE_WAY, Duration.ofMillis(1), BYTES_PER_SECOND, 64 * 1024, 0, 0, 1150, 250_000));
    MemoryLink.Settings connection =
        MemoryLink.Settings.FAST.withDelay(ONE_WAY).withRate(BYTES_PER_SECOND);
    SimClient client = stage.client("far", connection, way, 1 << 20, Stage.HOT, Stage.NOT_HOT);
    for (int i = 0; i < KEYS; i++) {
      stage.put(Stage.key("u", i), VALUE_BYTES);
    }
    stage.start();
    stage.untilEqual(client, Duration.ofMinutes(1));
    stage.loop.advance(Duration.ofSeconds(2));

    long before = 0;
    int updates = 0;
    for (int millis = 0; millis < RUN.toMillis(); millis++) {
      if (millis == START.toMillis()) {
        before = stage.hub.count(DeliveryCounter.DATAGRAM_BYTES);
        updates = 0;
      }
      for (int i = 0; i < UPDATES_IN_A_MILLISECOND; i++, updates++) {
        stage.put(Stage.key("u", stage.random.nextInt(KEYS)), VALUE_BYTES);
      }
      if (millis % HOT_EVERY_MILLIS == 0 && millis >= START.toMillis()) {
        Key key = Stage.key("hot", millis);
        out.put(key, new Probe(key, stage.database.nextState(), stage.loop.nowNanos()));
        stage.put(key, VALUE_BYTES);
      }
      stage.loop.advance(Duration.ofMillis(1));
      look(stage, client);
    }
    long bytes = stage.hub.count(DeliveryCounter.DATAGRAM_BYTES) - before;
    stage.untilEqual(client, Duration.ofSeconds(30));

    latenesses.sort(null);
    String what =
        "seed %d: median %d ms, 99th %d ms, %,d bytes"
            .formatted(seed, millis(latenesses.size() / 2), millis(late99()), bytes);
    assertThat(latenesses).as(what).hasSizeGreaterThan(300);
    assertThat(millis(latenesses.size() / 2)).as(what).isLessThan(ONE_WAY.toMillis() + 120);
    assertThat(millis(late99())).as(what).isLessThan(ONE_WAY.toMillis() + 200);
    assertThat(bytes).as(what).isLessThan((long) updates * VALUE_BYTES / 5);
    assertThat(bytes)
        .as("no more than the line carries; " + what)
        .isLessThan(BYTES_PER_SECOND * RUN.minus(START).toSeconds());
    assertThat(bytes).as(what).isGreaterThan(BYTES_PER_SECOND * RUN.minus(START).toSeconds() / 2);
  }

  private int late99() {
    return latenesses.size() * 99 / 100;
  }

  private long millis(int at) {
    return latenesses.get(at) / 1_000_000;
  }

  private void look(Stage stage, SimClient client) {
    out.values()
        .removeIf(probe -> {
          boolean there = Stage.store(client).reachedState(0, probe.key) >= probe.state;
          if (there) {
            latenesses.add(stage.loop.nowNanos() - probe.writtenNanos);
          }
          return there;
        });
  }
}
