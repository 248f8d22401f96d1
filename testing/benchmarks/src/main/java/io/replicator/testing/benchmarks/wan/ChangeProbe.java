package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes changes one at a time and looks for each at the target until it is there. Confined to one
 * thread.
 */
final class ChangeProbe implements AutoCloseable {
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final RespClient source;
  private final RespClient target;
  private final Duration limit;
  private final Staleness staleness = new Staleness();
  private int changes;

  /**
   * @param limit the longest that one change is waited for
   */
  ChangeProbe(Site site, int database, Duration limit) {
    this.limit = limit;
    this.source = site.source().client();
    this.target = site.target().client();
    source.call("SELECT", Integer.toString(database));
    target.call("SELECT", Integer.toString(database));
  }

  /**
   * Changes a key. False if the change did not arrive in time: then it counts with the whole limit.
   *
   * @param atSeconds where on the axis of time it is to be drawn
   */
  boolean change(String key, double atSeconds) {
    String value = "{\"change\":" + ++changes + ",\"nanos\":" + System.nanoTime() + "}";
    long begun = System.nanoTime();
    source.call("SET", key, value);
    boolean there = true;
    while (!Targets.value(target, key).equals(value)) {
      if (System.nanoTime() - begun > limit.toNanos()) {
        there = false;
        break;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    staleness.add(atSeconds, (System.nanoTime() - begun) / 1e6);
    return there;
  }

  Staleness staleness() {
    return staleness;
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }
}
