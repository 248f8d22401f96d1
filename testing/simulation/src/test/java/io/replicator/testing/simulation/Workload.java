package io.replicator.testing.simulation;

import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.testing.testkit.VirtualLoop;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What the application does to its databases. Every value names the write that made it. */
final class Workload {
  private final VirtualLoop loop;
  private final RandomGenerator random;
  private final int keys;
  private final int largeBytes;
  private final boolean expires;

  Workload(VirtualLoop loop, int keys, int largeBytes, boolean expires) {
    this.loop = loop;
    this.random = loop.random();
    this.keys = keys;
    this.largeBytes = largeBytes;
    this.expires = expires;
  }

  /** Before anybody looks. */
  void fill(ModelDatabase database) {
    for (int i = 0; i < keys; i++) {
      change(database, 1);
    }
  }

  /** Some changes at once: one version, where there are versions. */
  void change(ModelDatabase database, int changes) {
    if (database.versioned()) {
      commit(database, changes);
      return;
    }
    for (int i = 0; i < changes; i++) {
      Key key = key(database);
      if (random.nextInt(7) == 0) {
        database.write(key, null, 0);
      } else {
        database.write(key, value(database.nextState()), expiry());
      }
    }
  }

  /** The same key over and over, and all keys at once. */
  void hot(ModelDatabase database, int changes) {
    Key key = key(database);
    for (int i = 0; i < changes; i++) {
      if (database.versioned()) {
        database.commit(Map.of(key, held(database)), List.of());
      } else {
        database.write(key, value(database.nextState()), 0);
      }
    }
  }

  private void commit(ModelDatabase database, int changes) {
    Map<Key, Held> puts = new TreeMap<>();
    List<Key> removes = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      Key key = key(database);
      if (!puts.containsKey(key) && !removes.contains(key)) {
        if (random.nextInt(7) == 0) {
          removes.add(key);
        } else {
          puts.put(key, held(database));
        }
      }
    }
    database.commit(puts, removes);
  }

  /** The mark only has to be another one each time: the state is given by the commit. */
  private Held held(ModelDatabase database) {
    return Held.of(value(database.nextState() * 1_000_003 + random.nextInt(1000)), expiry(), 0);
  }

  private long expiry() {
    return expires && random.nextInt(10) == 0 ? loop.unixMillis() + 1 + random.nextInt(8000) : 0;
  }

  private Key key(ModelDatabase database) {
    int n = random.nextInt(keys);
    String group = database.versioned() ? "v" : List.of("hot", "a", "b", "b").get(n % 4);
    return Key.of(group + ":" + n);
  }

  private Value value(long mark) {
    byte[] name = ("mark " + mark).getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(12)) {
      case 0 -> new Value.ListValue(List.of(name, bytes(1 + random.nextInt(20), mark)));
      case 1 -> new Value.SetValue(List.of(name, new byte[] {1}));
      case 2 ->
          new Value.HashValue(
              List.of(
                  new Value.Field(name, bytes(9, mark), 0), new Value.Field(new byte[1], name, 0)));
      case 3 -> new Value.SortedSetValue(List.of(new Value.ScoredMember(name, mark)));
      default -> new Value.StringValue(bytes(size(), mark));
    };
  }

  private int size() {
    boolean large = largeBytes > 0 && random.nextInt(60) == 0;
    return large ? 1000 + random.nextInt(largeBytes) : 8 + random.nextInt(200);
  }

  private byte[] bytes(int length, long mark) {
    byte[] bytes = new byte[Math.max(8, length)];
    random.nextBytes(bytes);
    ByteBuffer.wrap(bytes).putLong(mark);
    return bytes;
  }
}
