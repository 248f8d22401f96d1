package io.replicator.testing.system;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads {@code version} and all keys of a copy in one transaction, again and again, and holds them
 * against what was written (I8).
 */
final class ChainWatch implements AutoCloseable {
  private static final int MAX_COMPLAINTS = 20;

  private final ChainHistory history;
  private final RedisClient client;
  private final Thread thread;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Set<Long> versions = ConcurrentHashMap.newKeySet();
  private volatile long shown;
  private volatile boolean exact;
  private volatile boolean closed;

  ChainWatch(int port, int database, ChainHistory history) {
    this.history = history;
    client =
        RedisClient.create(
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withDatabase(database)
                .withTimeout(Duration.ofSeconds(5))
                .build());
    client.setOptions(ClientOptions.builder().autoReconnect(false).build());
    thread = Thread.ofPlatform().name("chain-watch").start(this::watch);
  }

  /** From now on each read must be one consistent cut, not only hold what its version says. */
  void expectExactCuts() {
    exact = true;
  }

  /** The version that the copy showed last, 0 = none yet. */
  long shown() {
    return shown;
  }

  /** How many different versions the copy showed. */
  int versionsSeen() {
    return versions.size();
  }

  /** What was not as it must be, empty = nothing. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  private void watch() {
    while (!closed) {
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        while (!closed) {
          look(connection.sync());
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
        }
      } catch (RedisException e) {
        // The copy's server is down, as the test wants it: look again soon.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private void look(RedisCommands<String, String> redis) {
    boolean mustBeExact = exact;
    redis.multi();
    redis.get("version");
    redis.mget(ChainWriter.keys().toArray(String[]::new));
    TransactionResult replies = redis.exec();
    String version = replies.get(0);
    if (version == null) {
      return;
    }
    long now = Long.parseLong(version);
    if (now < shown) {
      complain("version went back from " + shown + " to " + now);
    }
    List<KeyValue<String, String>> values = replies.get(1);
    for (KeyValue<String, String> value : values) {
      String holds = value.hasValue() ? value.getValue() : null;
      if (!history.isRight(now, value.getKey(), holds, mustBeExact)) {
        complain("at version " + now + " " + value.getKey() + " holds " + holds);
      }
    }
    versions.add(now);
    shown = now;
  }

  private void complain(String text) {
    if (complaints.size() < MAX_COMPLAINTS) {
      complaints.add(text);
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
