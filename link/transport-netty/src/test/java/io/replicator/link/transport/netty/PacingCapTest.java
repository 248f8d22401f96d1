package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * A link with a queue, and a sender that sends as much as it may: 3 times the rate without a cap.
 */
class PacingCapTest {
  private static final long MILLI = 1_000_000;
  private static final long STEP_NANOS = 10 * MILLI;
  private static final double PACKET = 1500;

  private final PacingCap cap = new PacingCap();
  private double linkRate;
  private long minRttNanos = 100 * MILLI;
  private long othersNanos;
  private double queuedBytes;
  private double ackedBytes;
  private double goodput;
  private long now = 1;

  private PacingCapTest sending(double bytesPerSecond, double seconds) {
    linkRate = bytesPerSecond;
    double before = ackedBytes;
    for (long end = now + (long) (seconds * 1e9); now < end; now += STEP_NANOS) {
      double sends = cap.bytesPerSecond() == 0 ? 3 * linkRate : cap.bytesPerSecond();
      double step = STEP_NANOS / 1e9;
      double arrives = Math.min(queuedBytes + sends * step, linkRate * step);
      queuedBytes =
          Math.min(queuedBytes + sends * step - arrives, 2 * linkRate * minRttNanos / 1e9);
      ackedBytes += arrives;
      cap.sample(info(false), now);
    }
    goodput = (ackedBytes - before) / seconds;
    return this;
  }

  private long queueNanos() {
    return (long) (queuedBytes / linkRate * 1e9);
  }

  private TcpInfo info(boolean appLimited) {
    long packet = (long) (PACKET / linkRate * 1e9);
    long rtt = minRttNanos + packet + queueNanos() + othersNanos;
    long inFlight = (long) (queuedBytes + linkRate * minRttNanos / 1e9);
    return new TcpInfo(
        4096,
        (long) linkRate,
        0,
        appLimited,
        rtt,
        0,
        minRttNanos,
        (long) ackedBytes,
        0,
        inFlight,
        (long) ackedBytes);
  }

  @Test
  void aQueueIsDrainedAndTheLinkStaysFull() {
    sending(1_200_000, 5);
    sending(1_200_000, 20);
    assertThat(queueNanos()).isLessThan(25 * MILLI);
    assertThat(goodput).isGreaterThan(0.95 * 1_200_000);
  }

  @Test
  void aSlowLinkWithALongRoundTripHoldsToo() {
    minRttNanos = 600 * MILLI;
    sending(32_000, 20);
    sending(32_000, 30);
    assertThat(queueNanos()).isLessThan(150 * MILLI);
    assertThat(goodput).isGreaterThan(0.93 * 32_000);
  }

  @Test
  void aLinkThatBecomesSlowerIsFollowedDownAndUpAgain() {
    sending(1_200_000, 10);
    sending(250_000, 10);
    assertThat(queueNanos()).isLessThan(60 * MILLI);
    sending(1_200_000, 20);
    sending(1_200_000, 5);
    assertThat(goodput).isGreaterThan(0.9 * 1_200_000);
  }

  @Test
  void aQueueThatOthersFillIsNotYieldedToForEver() {
    sending(1_200_000, 5);
    othersNanos = 200 * MILLI;
    sending(1_200_000, 8);
    assertThat(cap.bytesPerSecond()).isZero();
  }

  @Test
  void aRateThatIsKnownFromBeforeIsKeptToFromTheStart() {
    cap.suppose(1_200_000, 0);
    sending(1_200_000, 0.1);
    assertThat(cap.bytesPerSecond()).isBetween(1_100_000L, 1_200_000L);
    sending(1_200_000, 10);
    assertThat(queueNanos()).isLessThan(25 * MILLI);
    assertThat(goodput).isGreaterThan(0.95 * 1_200_000);
  }

  @Test
  void aLinkThatHasBecomeSlowerOrFasterThanWasKnownIsFollowed() {
    cap.suppose(1_200_000, 0);
    sending(300_000, 5);
    assertThat(queueNanos()).isLessThan(60 * MILLI);
    sending(2_400_000, 10);
    sending(2_400_000, 5);
    assertThat(goodput).isGreaterThan(0.9 * 2_400_000);
  }

  @Test
  void aNearPeerGetsNoCap() {
    minRttNanos = MILLI;
    sending(1_200_000, 5);
    assertThat(cap.bytesPerSecond()).isZero();
  }

  @Test
  void anIdleConnectionForgetsItsCap() {
    sending(1_200_000, 10);
    assertThat(cap.bytesPerSecond()).isPositive();
    queuedBytes = 0;
    for (int i = 0; i < 120; i++) {
      now += 100 * MILLI;
      cap.sample(info(true), now);
    }
    assertThat(cap.bytesPerSecond()).isZero();
  }
}
