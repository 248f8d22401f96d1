package io.replicator.hub.delivery;

import io.replicator.link.transport.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Goes off at the earliest of the times that were asked for, once. Confined to the loop. */
final class EarliestTimer {
  private final Loop loop;
  private final Runnable action;
  private Loop.@Nullable Timer timer;
  private long atNanos = Long.MAX_VALUE;

  EarliestTimer(Loop loop, Runnable action) {
    this.loop = loop;
    this.action = action;
  }

  void at(long nanos) {
    if (nanos < atNanos) {
      cancel();
      atNanos = nanos;
      long delay = Math.max(0, nanos - loop.nowNanos());
      timer = loop.schedule(Duration.ofNanos(delay), this::wentOff);
    }
  }

  private void wentOff() {
    atNanos = Long.MAX_VALUE;
    timer = null;
    action.run();
  }

  void cancel() {
    atNanos = Long.MAX_VALUE;
    Loop.Timer running = timer;
    timer = null;
    if (running != null) {
      running.cancel();
    }
  }
}
