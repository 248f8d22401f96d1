package io.replicator.client.sink.redis;

import java.time.InstantSource;

/**
 * A target that was checked and found fit.
 *
 * @param clockOffsetMillis the target's clock minus ours
 */
record OpenTarget(Target target, Features features, InstantSource clock, long clockOffsetMillis) {
  /** The target's time, about. */
  long nowMillis() {
    return clock.millis() + clockOffsetMillis;
  }
}
