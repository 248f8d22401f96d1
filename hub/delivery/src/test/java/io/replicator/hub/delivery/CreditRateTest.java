package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a client behind a proxy is thought to take. */
class CreditRateTest {
  private static final long TENTH = Duration.ofMillis(100).toNanos();

  private final CreditRate rate = new CreditRate(0);
  private long now;

  @Test
  void isNotKnownWhileThereIsCredit() {
    acks(100, 10_000, false);
    assertThat(rate.bytesPerSecond()).isEmpty();
  }

  @Test
  void isWhatIsAcknowledgedWhileCreditIsUsedUp() {
    acks(100, 800, true);
    assertThat(rate.bytesPerSecond()).hasValue(8000);
  }

  @Test
  void ofASlowLinkThatPausesTheBestCounts() {
    acks(20, 800, true);
    acks(3, 0, true);
    assertThat(rate.bytesPerSecond()).hasValue(8000);
  }

  @Test
  void followsALinkThatBecameSlower() {
    acks(20, 80_000, true);
    acks(20, 800, true);
    assertThat(rate.bytesPerSecond()).hasValue(8000);
  }

  @Test
  void isForgottenWhenCreditIsLeftAgain() {
    acks(20, 800, true);
    acks(20, 800, false);
    assertThat(rate.bytesPerSecond()).isEmpty();
  }

  /** A load that begins long after the client came is not taken for a slow one. */
  @Test
  void aPauseBeforeCreditIsUsedUpDoesNotCount() {
    now += 100 * TENTH;
    acks(3, 100_000, true);
    assertThat(rate.bytesPerSecond().orElseThrow()).isGreaterThan(500_000);
  }

  private void acks(int count, int bytes, boolean usedUp) {
    for (int i = 0; i < count; i++) {
      now += TENTH;
      if (usedUp) {
        rate.usedUp(now - TENTH / 2);
      }
      rate.acked(bytes, now);
    }
  }
}
