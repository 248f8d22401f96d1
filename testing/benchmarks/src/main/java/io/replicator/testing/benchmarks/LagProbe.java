package io.replicator.testing.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a change takes from the source to the target: writes a number at the source and looks
 * for it at the target, again and again, on a thread of its own, until it is closed.
 */
final class LagProbe implements AutoCloseable {
  private static final String KEY = "probe:lag";
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final int sourcePort;
  private final int targetPort;
  private final Thread thread = new Thread(this::probe, "lag-probe");
  private final List<Double> millis = new ArrayList<>(); // the probe's thread; others after join
  private volatile boolean stopped; // set by close

  LagProbe(int sourcePort, int targetPort) {
    this.sourcePort = sourcePort;
    this.targetPort = targetPort;
    thread.start();
  }

  private void probe() {
    try (RespClient source = new RespClient(sourcePort);
        RespClient target = new RespClient(targetPort)) {
      while (!stopped) {
        String expected = Long.toString(System.nanoTime());
        long begun = System.nanoTime();
        source.call("SET", KEY, expected);
        while (!target.call("GET", KEY).equals(expected)) {
          LockSupport.parkNanos(LOOK_NANOS);
        }
        millis.add((System.nanoTime() - begun) / 1e6);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** The lag below which this share of the probes stayed; once closed. */
  double percentile(double share) {
    if (millis.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = millis.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(share * sorted.size())));
  }

  /** Waits for the last probe to arrive: then everything written before it has. */
  @Override
  public void close() {
    stopped = true;
    try {
      if (!thread.join(java.time.Duration.ofMinutes(1))) {
        throw new IllegalStateException("a change has not arrived within a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
