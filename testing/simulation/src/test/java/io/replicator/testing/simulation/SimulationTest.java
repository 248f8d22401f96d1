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
 * The whole on one thread, with everything that can go wrong, from one seed a run. Thousands of
 * runs, from the project's folder:
 *
 * <pre>
 * mvn -pl testing/simulation -am test -Dtest=SimulationTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dreplicator.seeds=1..5000
 * </pre>
 */
final class SimulationTest {
  private static final Map<DeliveryCounter, Long> COUNTED = new EnumMap<>(DeliveryCounter.class);
  private static int runs;

  /** What never happens proves nothing. */
  @AfterAll
  static void datagramsWereSentLostAndRepaired() {
    if (runs >= 100) {
      assertThat(COUNTED).allSatisfy((counter, count) -> assertThat(count).isPositive());
    }
  }

  private static void datagrams(Simulation simulation) {
    runs++;
    for (DeliveryCounter counter : DeliveryCounter.values()) {
      boolean ofSockets = counter == DeliveryCounter.DATAGRAM_PACKETS_REFUSED;
      if (counter.name().startsWith("DATAGRAM") && !ofSockets) {
        COUNTED.merge(counter, simulation.hub.count(counter), Long::sum);
      }
    }
  }

  /** Some, and those that found something: parts without their first (P220). */
  static long[] seeds() {
    LongStream some = LongStream.rangeClosed(1, 300);
    return Seeds.orElse(LongStream.concat(some, LongStream.of(5331, 5827)).toArray());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyCopyBecomesRightWhateverHappens(long seed) {
    Simulation simulation = new Simulation(seed);
    simulation.run();
    datagrams(simulation);
  }
}
