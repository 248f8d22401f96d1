package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.hub.delivery.SharedLine.Busy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What datagrams leave of a line to others, and take of it themselves, by a virtual clock. */
final class LineShareTest {
  private static final long MBIT_10 = 1_250_000;
  private static final int ONE_WAY_MILLIS = 50;
  private static final double IN_A_ROUND_TRIP = MBIT_10 * 2 * ONE_WAY_MILLIS / 1000.0;
  private static final long SEED = 20261126;

  private static SharedLine line(double queueRoundTrips, int lossPerMille) {
    return new SharedLine(
        SEED, MBIT_10, ONE_WAY_MILLIS, (long) (queueRoundTrips * IN_A_ROUND_TRIP), lossPerMille);
  }

  private static SharedLine.Ours ours(SharedLine line) {
    return line.new Ours(2 * IN_A_ROUND_TRIP, 0);
  }

  /** Of the line's rate in these seconds. */
  private static double share(SharedLine line, SharedLine.Sender sender, double seconds) {
    long before = sender.arrivedBytes;
    line.run(seconds);
    return (sender.arrivedBytes - before) / (MBIT_10 * seconds);
  }

  @ParameterizedTest
  @CsvSource({"0.25, 0", "1, 0", "4, 0", "1, 10", "1, 50"})
  void aloneItFillsTheLineAndKeepsTheQueueShort(double queue, int lossPerMille) {
    SharedLine line = line(queue, lossPerMille);
    SharedLine.Ours ours = ours(line);
    ours.start();
    line.run(3);
    double mostMillis = 0;
    long before = ours.arrivedBytes;
    for (int i = 0; i < 2000; i++) {
      line.run(0.01);
      mostMillis = Math.max(mostMillis, line.queueNanos() / 1e6);
    }
    double share = (ours.arrivedBytes - before) / (MBIT_10 * 20.0);
    assertThat(share).isGreaterThan(0.93 * (1 - lossPerMille / 1000.0));
    assertThat(mostMillis).as("a queue, ms").isLessThan(45);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2})
  void aCubicConnectionThatComesKeepsAThirdAndWeDoNotStarve(double queue) {
    SharedLine line = line(queue, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    line.run(5);
    SharedLine.Cubic bulk = line.new Cubic();
    bulk.start();
    line.run(5);
    long before = ours.arrivedBytes;
    assertThat(share(line, bulk, 50)).isGreaterThan(1 / 3.0);
    assertThat((ours.arrivedBytes - before) / (MBIT_10 * 50.0)).isGreaterThan(0.2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2})
  void aBbrConnectionThatComesKeepsAThirdAndWeDoNotStarve(double queue) {
    SharedLine line = line(queue, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    line.run(5);
    SharedLine.Bbr bulk = line.new Bbr();
    bulk.start();
    line.run(5);
    long before = ours.arrivedBytes;
    assertThat(share(line, bulk, 50)).isGreaterThan(1 / 3.0);
    assertThat((ours.arrivedBytes - before) / (MBIT_10 * 50.0)).isGreaterThan(0.12);
  }

  @Test
  void whenTheOtherGoesTheLineIsOursAgainAndTheQueueShort() {
    SharedLine line = line(1, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    line.run(5);
    SharedLine.Cubic bulk = line.new Cubic();
    bulk.start();
    line.run(20);
    assertThat(ours.share.isBeside()).isTrue();
    bulk.stopped = true;
    line.run(10);
    assertThat(ours.share.isBeside()).isFalse();
    assertThat(share(line, ours, 10)).isGreaterThan(0.9);
    assertThat(line.queueNanos() / 1e6).isLessThan(45);
  }

  @Test
  void twoOfOursBecomeEqual() {
    SharedLine line = line(1, 0);
    SharedLine.Ours first = ours(line);
    first.start();
    line.run(5);
    SharedLine.Ours second = ours(line);
    second.start();
    line.run(20);
    long before = first.arrivedBytes;
    assertThat(share(line, second, 20)).isBetween(0.35, 0.6);
    assertThat((first.arrivedBytes - before) / (MBIT_10 * 20.0)).isBetween(0.35, 0.6);
  }

  @Test
  void whatIsLessThanTheLineCarriesIsNotHeldBack() {
    SharedLine line = line(1, 30);
    SharedLine.Ours ours = line.new Ours(2 * IN_A_ROUND_TRIP, MBIT_10 / 3.0);
    ours.start();
    line.run(1);
    assertThat(share(line, ours, 20)).isGreaterThan(0.97 * 0.97 / 3);
    assertThat(ours.share.isBeside()).isFalse();
  }

  /** Updates that need this part of the line, over a QUIC that would carry twice as many. */
  private static SharedLine.Ours updates(SharedLine line, double part) {
    return line.new Ours(2 * part * IN_A_ROUND_TRIP, part * MBIT_10);
  }

  @ParameterizedTest
  @CsvSource({
    "SENDER, 0.3",
    "SENDER, 0.5",
    "RECEIVER, 0.3",
    "RECEIVER, 0.5",
    "WAY_BACK, 0.3",
    "WAY_BACK, 0.5"
  })
  void aMachineThatStandsStillIsTakenForNoQueueAndUpdatesWaitNoLonger(Busy who, double part) {
    SharedLine line = line(1, 10);
    SharedLine.Ours ours = updates(line, part);
    ours.start();
    line.run(1);
    for (int millis = 30; millis <= 250; millis += 10) {
      ours.latestMillis();
      ours.standStill(who, millis);
      for (int i = 0; i < 70; i++) {
        line.run(0.01);
        assertThat(ours.share.isBeside()).as("after %d ms", millis).isFalse();
        assertThat(ours.share.windowBytes())
            .as("after %d ms", millis)
            .isGreaterThan((long) (1.5 * part * IN_A_ROUND_TRIP));
      }
      assertThat(ours.latestMillis()).as("latest").isLessThan(millis + 3 * ONE_WAY_MILLIS);
    }
  }

  @ParameterizedTest
  @EnumSource(Busy.class)
  void aMachineThatIsSlowAtFirstIsTakenForNoQueue(Busy who) {
    SharedLine line = line(1, 10);
    SharedLine.Ours ours = updates(line, 0.3);
    ours.start();
    for (int i = 0; i < 40; i++) {
      ours.standStill(who, 30 + i % 4 * 10);
      line.run(0.03 + i % 4 * 0.01 + 0.004);
      assertThat(ours.share.isBeside()).isFalse();
    }
    ours.latestMillis();
    line.run(0.5);
    ours.latestMillis();
    line.run(10);
    assertThat(ours.latestMillis()).isLessThan(ONE_WAY_MILLIS + 20);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.2})
  void whoNeedsLittleGetsItBesideABulk(double part) {
    SharedLine line = line(1, 0);
    SharedLine.Ours ours = updates(line, part);
    ours.start();
    line.run(5);
    SharedLine.Cubic bulk = line.new Cubic();
    bulk.start();
    line.run(5);
    assertThat(share(line, ours, 50)).isGreaterThan(0.85 * part);
  }

  @Test
  void aLineThatBecomesSlowerIsFollowed() {
    SharedLine line = line(1, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    line.run(5);
    line.rate(MBIT_10 / 5);
    line.run(5);
    assertThat(share(line, ours, 10)).isGreaterThan(0.9 / 5);
    assertThat(line.queueNanos() / 1e6).as("a queue, ms").isLessThan(60);
  }

  @Test
  void aWayThatBecomesLongerIsLearnedWithinAMinute() {
    SharedLine line = line(1, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    line.run(5);
    line.oneWay(2 * ONE_WAY_MILLIS);
    line.run(75);
    assertThat(ours.share.isBeside()).isFalse();
    assertThat(share(line, ours, 10)).isGreaterThan(0.8);
  }

  @Test
  void aNearPeerIsNotHeldBack() {
    SharedLine line = new SharedLine(SEED, MBIT_10, 1, 64 * 1024, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    for (int i = 0; i < 50; i++) {
      line.run(0.1);
      assertThat(ours.share.windowBytes()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void onAnotherPathItBeginsAnew() {
    SharedLine line = line(1, 0);
    SharedLine.Ours ours = ours(line);
    ours.start();
    assertThat(ours.share.windowBytes()).isEqualTo(Long.MAX_VALUE);
    line.run(5);
    assertThat(ours.share.windowBytes()).isLessThan((long) (1.5 * IN_A_ROUND_TRIP));
    ours.share.restart();
    assertThat(ours.share.windowBytes()).isEqualTo(Long.MAX_VALUE);
  }
}
