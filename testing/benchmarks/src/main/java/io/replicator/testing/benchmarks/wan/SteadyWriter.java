package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import io.replicator.testing.testkit.JsonValues;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Writes stamped values to random keys at a steady pace, on a thread of its own, until closed. */
final class SteadyWriter implements AutoCloseable {
  private final RespClient source;
  private final int keys;
  private final int perSecond;
  private final AtomicLong written = new AtomicLong();
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::write);
  private volatile boolean stopped; // set by close

  SteadyWriter(Server source, int keys, int perSecond) {
    this.source = source.client();
    this.keys = keys;
    this.perSecond = perSecond;
    thread.start();
  }

  private void write() {
    Random random = new Random(3);
    long begun = System.nanoTime();
    for (long i = 0; !stopped; i++) {
      int key = random.nextInt(keys);
      long now = System.nanoTime();
      source.add(Data.bytes("SET"), JsonValues.key(key), Stamp.value(key, i, now));
      source.flush();
      source.reply();
      written.incrementAndGet();
      Waiting.untilNanos(begun + (i + 1) * 1_000_000_000L / perSecond);
    }
  }

  long written() {
    return written.get();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
