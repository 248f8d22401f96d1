package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Looks for keys at the target until each is there, on a thread of its own: how late is what was
 * written at the source?
 */
final class Prober implements AutoCloseable {
  private record Probe(String key, long writtenNanos) {}

  private final ConcurrentLinkedQueue<Probe> outstanding = new ConcurrentLinkedQueue<>();
  private final Staleness staleness = new Staleness(); // the thread's; others after close
  private final RespClient target;
  private final Sampler sampler;
  private final Thread thread;
  private volatile boolean stopped; // set by close

  Prober(Site site, Sampler sampler) {
    this.target = site.target().client();
    this.sampler = sampler;
    this.thread = Thread.ofPlatform().daemon().name("prober").unstarted(this::look);
  }

  void start() {
    thread.start();
  }

  /** It is written now. */
  void lookFor(String key) {
    outstanding.add(new Probe(key, System.nanoTime()));
  }

  /** Of all that came until {@link #finish}. */
  Staleness staleness() {
    return staleness;
  }

  private void look() {
    while (!stopped || !outstanding.isEmpty()) {
      List<Probe> asked = new ArrayList<>(outstanding);
      for (Probe probe : asked) {
        target.add(
            "EXISTS".getBytes(StandardCharsets.US_ASCII),
            probe.key.getBytes(StandardCharsets.US_ASCII));
      }
      target.flush();
      for (Probe probe : asked) {
        if (target.replyOrError().equals("1")) {
          outstanding.remove(probe);
          staleness.add(sampler.secondsSoFar(), (System.nanoTime() - probe.writtenNanos) / 1e6);
        }
      }
      Waiting.pause(Duration.ofNanos(500_000));
    }
  }

  @Override
  public void close() {
    if (!stopped) {
      finish();
    }
    target.close();
  }

  /** Those that are still out are waited for. */
  void finish() {
    stopped = true;
    try {
      thread.join(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Iterator<Probe> left = outstanding.iterator();
    while (left.hasNext()) {
      staleness.add(sampler.secondsSoFar(), (System.nanoTime() - left.next().writtenNanos) / 1e6);
      left.remove();
    }
  }
}
