package io.replicator.testing.system;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads the witnesses of {@link RandomWorkload} at a target all the time and notes whatever went
 * back (I3): a counter that is smaller than it was, a key that is there again after it was gone.
 */
final class BackwardsWatch implements AutoCloseable {
  private static final int ONCE_KEYS = 3_000;

  private final RedisClient client;
  private final Thread thread;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Map<String, Long> greatest = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Set<String> gone = new HashSet<>();
  private final String[] counterKeys = RandomWorkload.counterKeys().toArray(String[]::new);
  private final String[] onceKeys;
  private volatile boolean closed;
  private final AtomicLong reads = new AtomicLong();

  BackwardsWatch(int port) {
    List<String> once = new ArrayList<>(ONCE_KEYS);
    for (int i = 0; i < ONCE_KEYS; i++) {
      once.add("once:" + i);
    }
    onceKeys = once.toArray(String[]::new);
    client =
        RedisClient.create(
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(Duration.ofSeconds(2))
                .build());
    client.setOptions(ClientOptions.builder().autoReconnect(false).build());
    thread = Thread.ofPlatform().name("backwards-watch").start(this::watch);
  }

  /** What went back, empty = nothing. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** How many times all witnesses were read. */
  long reads() {
    return reads.get();
  }

  private void watch() {
    while (!closed) {
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        while (!closed) {
          check(connection.sync().mget(counterKeys), connection.sync().mget(onceKeys));
          reads.incrementAndGet();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
      } catch (RedisException e) {
        // The target is down, as the test wants it: look again soon.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private void check(
      List<KeyValue<String, String>> counters, List<KeyValue<String, String>> onces) {
    for (KeyValue<String, String> counter : counters) {
      if (counter.hasValue()) {
        long value = Long.parseLong(counter.getValue());
        Long before = greatest.put(counter.getKey(), value);
        if (before != null && before > value) {
          complaints.add(counter.getKey() + " went back from " + before + " to " + value);
        }
      }
    }
    for (KeyValue<String, String> once : onces) {
      if (once.hasValue()) {
        seen.add(once.getKey());
        if (gone.contains(once.getKey())) {
          complaints.add(once.getKey() + " is there again");
        }
      } else if (seen.contains(once.getKey())) {
        gone.add(once.getKey());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdown();
  }
}
