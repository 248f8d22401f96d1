package io.replicator.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.testing.testkit.Seeds;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a line that loses costs live changes by datagrams. The clock is virtual, so what is late is
 * late by design and not by a busy machine. More runs, or one again:
 *
 * <pre>
 * mvn -pl testing/simulation -am test -Dtest=LossyLineTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dreplicator.seeds=1..100
 * </pre>
 */
final class LossyLineTest {
  private static final Duration ROUND_TRIP = LossyLine.ONE_WAY.multipliedBy(2);
  private static final Duration RUN = Duration.ofSeconds(8);

  /** One way, and until the parity has come. */
  private static final Duration AT_ONCE = LossyLine.ONE_WAY.plusMillis(50);

  /** One way, and one and a half round trips. */
  private static final Duration A_REPAIR = LossyLine.ONE_WAY.plusMillis(150);

  static long[] seeds() {
    return Seeds.orElseRange(1, 2);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void lossCostsNeitherTheMedianNorManyBytesAndOfAHundredUpdatesNone(long seed) { // P153, P158
    LossyLine clean = new LossyLine(seed, 0);
    clean.run(RUN);
    clean.converge();
    assertThat(clean.count(DeliveryCounter.DATAGRAMS_LOST)).isZero();
    assertThat(clean.count(DeliveryCounter.DATAGRAM_PARITIES)).isZero();
    for (int lossPerMille : new int[] {10, 30, 50}) {
      LossyLine line = new LossyLine(seed, lossPerMille);
      line.run(RUN);
      Duration converged = line.converge();
      String what = lossPerMille + " of 1000 lost, " + line + ", without loss " + clean;
      assertThat(line.lateness(0.5)).as(what).isLessThan(clean.lateness(0.5).plusMillis(3));
      assertThat(line.lateness(0.99)).as(what).isLessThan(lossPerMille > 10 ? A_REPAIR : AT_ONCE);
      assertThat(converged).as(what).isLessThan(ROUND_TRIP.multipliedBy(lossPerMille > 30 ? 5 : 3));
      assertThat(line.count(DeliveryCounter.DATAGRAM_FALLBACKS)).as(what).isZero();
      double explained = 1 + lossPerMille / 1000.0;
      assertThat((double) line.bytes()).as(what).isLessThan(1.12 * explained * clean.bytes());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void withoutParitiesWhatIsLostIsRepairedInARoundTrip(long seed) { // P153
    LossyLine line = new LossyLine(seed, 30, OptionalInt.of(0));
    line.run(RUN);
    line.converge();
    assertThat(line.count(DeliveryCounter.DATAGRAM_PARITIES)).isZero();
    assertThat(line.lateness(0.99)).as("%s", line).isLessThan(A_REPAIR);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aWayThatBecomesNarrowAndDoesNotSaySoIsFoundOut(long seed) { // RFC 8899, 4.3
    LossyLine line = new LossyLine(seed, 0);
    line.trickle(Duration.ofSeconds(2), 950);
    assertThat(line.count(DeliveryCounter.DATAGRAMS_LOST)).isZero();
    line.way.narrow(900);
    line.trickle(Duration.ofSeconds(5), 950);
    long lost = line.count(DeliveryCounter.DATAGRAMS_LOST);
    long sent = line.count(DeliveryCounter.DATAGRAMS_SENT);
    line.trickle(Duration.ofSeconds(5), 950);
    line.converge();
    assertThat(lost).as("seed %d", seed).isPositive();
    assertThat(line.count(DeliveryCounter.DATAGRAMS_SENT))
        .as("seed %d", seed)
        .isGreaterThan(sent + 500);
    assertThat(line.count(DeliveryCounter.DATAGRAMS_LOST)).as("seed %d", seed).isEqualTo(lost);
    assertThat(line.count(DeliveryCounter.DATAGRAM_FALLBACKS)).as("seed %d", seed).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void blockedUnderWayUpdatesGoOnOverTcpWithinTwoSecondsAndComeBack(long seed) { // P156
    LossyLine line = new LossyLine(seed, 10);
    line.run(Duration.ofSeconds(2));
    line.way.block();
    line.run(Duration.ofSeconds(4));
    line.converge();
    assertThat(line.count(DeliveryCounter.DATAGRAM_FALLBACKS)).isEqualTo(1);
    assertThat(line.lateness(1)).as("%s", line).isLessThan(Duration.ofSeconds(2));

    line.way.unblock();
    long before = line.count(DeliveryCounter.DATAGRAMS_SENT);
    line.run(Duration.ofSeconds(17));
    assertThat(line.count(DeliveryCounter.DATAGRAMS_SENT)).as("%s", line).isGreaterThan(before);
    assertThat(line.lateness(1)).as("%s", line).isLessThan(Duration.ofSeconds(2));
  }
}
