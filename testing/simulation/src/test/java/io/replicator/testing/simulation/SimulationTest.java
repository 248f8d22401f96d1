package io.replicator.testing.simulation;

import io.replicator.testing.testkit.Seeds;
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
  static long[] seeds() {
    return Seeds.orElseRange(1, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyCopyBecomesRightWhateverHappens(long seed) {
    new Simulation(seed).run();
  }
}
