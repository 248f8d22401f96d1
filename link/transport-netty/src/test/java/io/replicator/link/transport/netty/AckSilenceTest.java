package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A link of 2 Mbit/s with a round trip of 300 ms, looked at every 10 ms. */
class AckSilenceTest {
  private static final long MILLI = 1_000_000;
  private static final long RATE = 250_000;

  private final AckSilence silence = new AckSilence();
  private long now = MILLI;
  private long arrived;
  private long inFlight = 75_000;
  private long variationNanos = 2 * MILLI;
  private boolean silent;

  private void pass(long millis, boolean acknowledged) {
    for (long end = now + millis * MILLI; now < end; now += 10 * MILLI) {
      arrived += acknowledged ? 2500 : 0;
      look();
    }
  }

  private void look() {
    silent =
        silence.look(
            new TcpInfo(
                3000,
                RATE,
                RATE,
                false,
                300 * MILLI,
                variationNanos,
                300 * MILLI,
                arrived,
                0,
                inFlight,
                arrived),
            RATE,
            now);
  }

  @Test
  void acknowledgementsThatStopAreNoticedWithinPartOfARoundTrip() {
    pass(1000, true);
    assertThat(silent).isFalse();
    pass(60, false);
    assertThat(silent).isFalse();
    pass(60, false);
    assertThat(silent).isTrue();
    pass(10, true);
    assertThat(silent).as("one came").isFalse();
  }

  @Test
  void aLinkWhoseDelayVariesIsWaitedForLonger() {
    variationNanos = 60 * MILLI;
    pass(1000, true);
    pass(200, false);
    assertThat(silent).isFalse();
    pass(200, false);
    assertThat(silent).isTrue();
  }

  @Test
  void nothingOnItsWayIsNoSilence() {
    inFlight = 0;
    pass(1000, false);
    assertThat(silent).isFalse();
  }

  @Test
  void whoHasNotLookedForLongHasHeardNothingToJudgeBy() {
    pass(1000, true);
    now += 5000 * MILLI;
    look();
    assertThat(silent).isFalse();
  }
}
