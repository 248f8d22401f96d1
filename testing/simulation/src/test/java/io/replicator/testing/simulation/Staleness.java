package io.replicator.testing.simulation;

import io.replicator.api.Key;
import java.time.Duration;

/** How long a target lacks the oldest change of each key that it does not have (I5). */
final class Staleness {
  private final ModelDatabase source;
  private final TargetStore target;
  private final Duration bound;

  Staleness(ModelDatabase source, TargetStore target, Duration bound) {
    this.source = source;
    this.target = target;
    this.bound = bound;
  }

  /** Adds a fault for each key that the target has not seen a newer state of for too long. */
  void check(long nowNanos, Faults faults) {
    for (Key key : source.values().keySet()) {
      Long putAt = source.history(key).firstPutAfter(target.reachedState(source.number(), key));
      if (putAt != null && nowNanos - putAt > bound.toNanos()) {
        faults.add(
            "I5: %s has changed %.3f s ago and is not there, at most %s expected"
                .formatted(key, (nowNanos - putAt) / 1e9, bound));
      }
    }
  }
}
