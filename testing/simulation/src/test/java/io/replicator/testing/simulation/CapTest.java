package io.replicator.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.qos.QosCaps;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rate caps of a hub: for whom they are, over both ways together, changed while it runs. */
final class CapTest {
  private static final Duration MEASURED = Duration.ofSeconds(20);

  static long[] seeds() {
    return Seeds.orElseRange(1, 10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aCapHoldsForConnectionAndDatagramsTogetherAndIsChangedWhileTheHubRuns(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    MemoryDatagramLink datagrams =
        new MemoryDatagramLink(stage.loop, MemoryDatagramLink.Settings.FAST.withDelay(millis(5)));
    SimClient client = stage.client("both", fast(), datagrams, 1 << 18, Stage.NOT_HOT, Stage.HOT);
    for (int i = 0; i < 8_000; i++) { // more than the caps let through in all
      stage.put(Stage.key("b", i), 600);
    }
    int rate = stage.oneOf(10_000, 40_000);
    stage.hub.capWith(everybody(rate));
    stage.start();
    busy(stage, Duration.ofSeconds(5));

    requireRate(stage, rate);
    stage.hub.capWith(everybody(3L * rate));
    requireRate(stage, 3 * rate);
    // a debt of before is paid first, then the new cap holds
    stage.hub.capWith(everybody(rate / 2));
    busy(stage, Duration.ofSeconds(1));
    requireRate(stage, rate / 2);
    stage.hub.capWith(CapRules.NONE);
    stage.untilEqual(client, Duration.ofSeconds(30));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aRuleIsForItsClientAndItsLevel(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    SimClient slow = stage.client("slow", fast(), 1 << 18, Stage.NOT_HOT, Stage.HOT);
    SimClient other = stage.client("other", fast(), 1 << 18, Stage.NOT_HOT, Stage.HOT);
    QosCaps idle = new QosCaps(0, Map.of(QosLevel.HIGH, 5_000L));
    stage.hub.capWith(
        new CapRules(
            QosCaps.NONE, List.of(new CapRules.CapRule(new CapRules.Client("slow"), idle))));
    for (int i = 0; i < 1_000; i++) { // in the level HIGH; two minutes for 5,000 bytes a second
      stage.put(Stage.key("b", i), 560);
    }
    stage.start();
    stage.untilEqual(other, Duration.ofSeconds(10));
    for (int i = 0; i < 20; i++) {
      stage.put(Stage.key("hot", i), 100);
      stage.untilThere(slow, Stage.key("hot", i), millis(200)); // another level: no cap
    }
    stage.loop.advance(Duration.ofSeconds(60));
    assertThat(stage.isEqual(slow)).as("seed %d: the load still goes on", seed).isFalse();
    stage.untilEqual(slow, Duration.ofMinutes(2));
  }

  /** Hot keys, which go in datagrams, change all the time beside the load. */
  private static void busy(Stage stage, Duration time) {
    long end = stage.loop.nowNanos() + time.toNanos();
    while (stage.loop.nowNanos() < end) {
      for (int i = 0; i < 6; i++) {
        stage.put(Stage.key("hot", stage.random.nextInt(10)), 700);
      }
      stage.loop.advance(millis(20)); // 200,000 bytes a second: more than any cap here
    }
    stage.requireSound();
  }

  private static void requireRate(Stage stage, int bytesPerSecond) {
    long blocks = stage.hub.count(DeliveryCounter.WIRE_BYTES);
    long datagrams = stage.hub.count(DeliveryCounter.DATAGRAM_BYTES);
    busy(stage, MEASURED);
    blocks = stage.hub.count(DeliveryCounter.WIRE_BYTES) - blocks;
    datagrams = stage.hub.count(DeliveryCounter.DATAGRAM_BYTES) - datagrams;
    double allowed = bytesPerSecond * (double) MEASURED.toSeconds();
    assertThat((blocks + datagrams) / allowed)
        .as("seed %d: share of %d bytes/s that was used", stage.seed, bytesPerSecond)
        .isBetween(0.9, 1.05);
    assertThat(Math.min(blocks, datagrams) / allowed)
        .as(
            "seed %d: blocks %d, datagrams %d: neither way takes all",
            stage.seed, blocks, datagrams)
        .isGreaterThan(0.1);
  }

  private static CapRules everybody(long bytesPerSecond) {
    return new CapRules(new QosCaps(bytesPerSecond, Map.of()), List.of());
  }

  private static MemoryLink.Settings fast() {
    return MemoryLink.Settings.FAST.withRate(2_000_000).withDelay(millis(5)).withUnsentLimit(4096);
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }
}
