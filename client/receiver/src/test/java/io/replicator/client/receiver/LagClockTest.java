package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LagClockTest { // P96
  private static final Duration VALID = Duration.ofSeconds(30);

  private final LagClock clock = new LagClock();

  @Test
  void knowsNothingBeforeTheHubSaysSomething() {
    assertThat(clock.millis(seconds(5))).isEmpty();
  }

  @Test
  void theHubsWordCountsForAWhileAndThenAges() {
    clock.told(40, VALID, seconds(100));
    assertThat(clock.millis(seconds(100))).hasValue(40);
    assertThat(clock.millis(seconds(130))).hasValue(40);
    assertThat(clock.millis(seconds(160))).hasValue(60_040);
    clock.told(0, VALID, seconds(161));
    assertThat(clock.millis(seconds(162))).hasValue(0);
  }

  @Test
  void aHubThatLiesDoesNoHarm() {
    clock.told(-1, VALID, 0);
    assertThat(clock.millis(0)).hasValue(0);
    clock.told(Long.MAX_VALUE, VALID, 0);
    assertThat(clock.millis(seconds(1_000_000)).getAsLong()).isPositive();
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
