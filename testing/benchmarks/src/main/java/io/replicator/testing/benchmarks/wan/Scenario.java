package io.replicator.testing.benchmarks.wan;

import java.util.List;

/**
 * One kind of trouble, and what is measured in it. A new one is a class of its own and a line in
 * {@link Scenarios}.
 */
interface Scenario {
  /** "W1". */
  String name();

  /** One line for people. */
  String title(Bench bench);

  /** The link in words. */
  String link();

  /** Who can do it at all besides Replicator: often nobody. */
  default List<Contender> baselines() {
    return List.of();
  }

  /** Replicator, and its variants worth comparing. */
  default List<Contender> ours() {
    return List.of(Contender.replicator());
  }

  /** What Replicator should reach at full scale. */
  List<Aim> aims();

  /**
   * Measures one contender. What does not come within {@link Bench#limit} is a remark, not a
   * failure; a failure is an exception.
   */
  Result run(Bench bench, Contender contender);
}
