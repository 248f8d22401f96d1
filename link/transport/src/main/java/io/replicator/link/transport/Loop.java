package io.replicator.link.transport;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The one thread on which a hub, or a client, keeps all its state. In the product it is a Netty
 * event loop; in the simulation it is a queue with a virtual clock. {@link #execute} may be called
 * from any thread, everything else only on the loop.
 */
public interface Loop extends Executor {

  /** Monotonic time of this loop, in nanoseconds from an arbitrary start. */
  long nowNanos();

  /** Unix time in milliseconds, for absolute expiries and for logs. */
  long unixMillis();

  /** Runs the task on the loop after the delay. */
  Timer schedule(Duration delay, Runnable task);

  /** Whether the caller is on the loop. */
  boolean inLoop();

  /** A task to come. */
  interface Timer {
    /** The task will not run, unless it did already. */
    void cancel();
  }
}
