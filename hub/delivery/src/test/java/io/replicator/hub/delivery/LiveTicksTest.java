package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When feeds hear of changes, and where the rounds that begin then end. */
final class LiveTicksTest {
  private static final int MANY = 1000;

  private int told;
  private final VirtualLoop loop = new VirtualLoop(1);
  private final LiveTicks ticks = new LiveTicks(loop, () -> told++);

  @Test
  void aFewHearOfEachChangeAtOnce() {
    for (int i = 0; i < 5; i++) {
      ticks.moved(LiveTicks.FEW_FEEDS);
    }
    assertThat(told).isEqualTo(5);
    assertThat(ticks.waits(0, 5)).isFalse();
    assertThat(ticks.until(0, 5)).isEqualTo(5);
  }

  @Test
  void manyHearOfTheFirstAtOnceAndOfTheOthersTogether() {
    ticks.moved(MANY);
    assertThat(told).isEqualTo(1);
    ticks.tick(10);
    ticks.moved(MANY);
    ticks.moved(MANY);
    assertThat(told).isEqualTo(1);
    assertThat(ticks.waits(10, 12)).isTrue();
    assertThat(ticks.waits(7, 12)).isFalse(); // a late one goes as far as the others
    assertThat(ticks.until(7, 12)).isEqualTo(10);
    loop.advance(Duration.ofNanos(LiveTicks.intervalNanos(MANY)));
    assertThat(told).isEqualTo(2);
    ticks.tick(12);
    assertThat(ticks.waits(10, 12)).isFalse();
    assertThat(ticks.until(10, 12)).isEqualTo(12);
  }

  @Test
  void nobodyWaitsForATickThatDoesNotCome() {
    ticks.moved(MANY);
    ticks.moved(MANY);
    ticks.reset();
    loop.advance(Duration.ofSeconds(1));
    assertThat(told).isEqualTo(1);
    assertThat(ticks.waits(0, 3)).isFalse();
    ticks.moved(MANY);
    assertThat(told).isEqualTo(2);
  }
}
