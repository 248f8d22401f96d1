package io.replicator.testing.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Random changes of all types at a steady rate: keys that stay, keys that come and go, and ever new
 * ones that expire. Runs on a thread of its own until closed.
 */
final class SoakWorkload implements AutoCloseable {
  private static final int BATCHES_A_SECOND = 20;

  private final RespClient redis;
  private final SplittableRandom random = new SplittableRandom(4711);
  private final int keys;
  private final int changesABatch;
  private final Thread thread;
  private volatile boolean closed;
  private long newKeys; // the thread's

  SoakWorkload(int port, int keys, int changesASecond) {
    this.redis = new RespClient(port);
    this.keys = keys;
    this.changesABatch = Math.max(1, changesASecond / BATCHES_A_SECOND);
    this.thread = Thread.ofPlatform().name("soak-workload").daemon().start(this::run);
  }

  private void run() {
    long next = System.nanoTime();
    while (!closed) {
      for (int i = 0; i < changesABatch; i++) {
        change();
      }
      redis.flush();
      for (int i = 0; i < changesABatch; i++) {
        redis.reply();
      }
      next += 1_000_000_000L / BATCHES_A_SECOND;
      LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
    }
  }

  private void change() {
    int n = random.nextInt(keys);
    String member = Integer.toString(random.nextInt(200));
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> add("SET", "string:" + n, Long.toString(random.nextLong()).repeat(8));
      case 3 -> add("SET", "new:" + newKeys++, "gone soon", "EX", "30");
      case 4 -> add("HSET", "hash:" + n % 2_000, "field:" + member, "value " + n);
      case 5 -> add("RPUSH", "list:" + n % 500, member);
      case 6 -> add("LTRIM", "list:" + n % 500, "-50", "-1");
      case 7 -> add("SADD", "set:" + n % 500, member);
      case 8 -> add("ZADD", "sorted:" + n % 500, Integer.toString(n), member);
      case 9 -> add("XADD", "stream:" + n % 50, "MAXLEN", "100", "*", "field", member);
      case 10 -> add("DEL", "string:" + n, "hash:" + n % 2_000);
      default -> add("INCR", "counter:" + n % 1_000);
    }
  }

  private void add(String... words) {
    byte[][] command = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      command[i] = words[i].getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
    redis.add(command);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    redis.close();
  }
}
