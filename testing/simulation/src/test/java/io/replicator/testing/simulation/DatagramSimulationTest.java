package io.replicator.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.testing.testkit.Seeds;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same as {@link SimulationTest}, where every client has datagrams and most of what goes wrong
 * happens to them: they are lost, doubled, reordered and blocked, the path becomes narrow or slow,
 * and the client's address changes. Thousands of runs, from the project's folder:
 *
 * <pre>
 * mvn -pl testing/simulation -am test -Dtest=DatagramSimulationTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dreplicator.seeds=1..2000
 * </pre>
 */
final class DatagramSimulationTest {
  private static final Map<DeliveryCounter, Long> COUNTED = new EnumMap<>(DeliveryCounter.class);
  private static int runs;

  /** 496: a datagram took back what the backfill had read again. */
  static long[] seeds() {
    LongStream usual = LongStream.rangeClosed(1, 40);
    return Seeds.orElse(LongStream.concat(usual, LongStream.of(496)).toArray());
  }

  /** What never happens proves nothing. */
  @AfterAll
  static void datagramsWereSentLostAndRepaired() {
    if (runs >= 40) {
      assertThat(COUNTED).allSatisfy((counter, count) -> assertThat(count).isPositive());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyCopyBecomesRightWhateverHappensToDatagrams(long seed) { // I1, I3, I4
    Simulation simulation = Simulation.ofDatagrams(seed);
    simulation.run();
    runs++;
    for (DeliveryCounter counter : DeliveryCounter.values()) {
      boolean ofSockets = counter == DeliveryCounter.DATAGRAM_PACKETS_REFUSED;
      if (counter.name().startsWith("DATAGRAM") && !ofSockets) {
        COUNTED.merge(counter, simulation.hub.count(counter), Long::sum);
      }
    }
  }
}
