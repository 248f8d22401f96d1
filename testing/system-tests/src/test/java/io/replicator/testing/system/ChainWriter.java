package io.replicator.testing.system;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * An application that keeps a version chain: each version n changes a few keys, all in one
 * transaction with the list {@code version:<n>} and the counter {@code version}. The value of a key
 * is the number of the version that wrote it, so a reader can tell what it sees.
 */
final class ChainWriter implements AutoCloseable {
  private static final int KEYS = 200;

  private final SplittableRandom random;
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;
  private final RedisCommands<String, String> redis;
  private final long listSeconds;
  private final ChainHistory history = new ChainHistory();
  private long version;

  /**
   * @param listSeconds after how many seconds a list of the chain expires
   */
  ChainWriter(long seed, int port, int database, long listSeconds) {
    random = new SplittableRandom(seed);
    client =
        RedisClient.create(
            RedisURI.builder().withHost("127.0.0.1").withPort(port).withDatabase(database).build());
    connection = client.connect();
    redis = connection.sync();
    this.listSeconds = listSeconds;
    String present = redis.get("version");
    version = present == null ? 0 : Long.parseLong(present);
  }

  long version() {
    return version;
  }

  ChainHistory history() {
    return history;
  }

  /** Writes so many versions; one change in eight is a deletion. */
  void write(int versions) {
    for (int i = 0; i < versions; i++) {
      writeOne(true);
    }
  }

  /** Writes one version and forgets its list, as an application with a fault does. */
  void writeWithoutList() {
    writeOne(false);
  }

  private void writeOne(boolean withList) {
    version++;
    Set<String> changed = new LinkedHashSet<>();
    int count = 1 + random.nextInt(5);
    while (changed.size() < count) {
      changed.add("item:" + random.nextInt(KEYS));
    }
    redis.multi();
    for (String key : changed) {
      boolean written = random.nextInt(8) > 0;
      history.add(version, key, written);
      if (written) {
        redis.set(key, Long.toString(version));
      } else {
        redis.del(key);
      }
    }
    if (withList) {
      redis.rpush("version:" + version, changed.toArray(String[]::new));
      redis.expire("version:" + version, listSeconds);
    }
    redis.set("version", Long.toString(version));
    redis.exec();
  }

  /** Removes the lists of these versions, as if they had expired. */
  void forget(long from, long to) {
    for (long n = from; n <= to; n++) {
      redis.del("version:" + n);
    }
  }

  static List<String> keys() {
    List<String> keys = new ArrayList<>(KEYS);
    for (int i = 0; i < KEYS; i++) {
      keys.add("item:" + i);
    }
    return keys;
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown();
  }
}
