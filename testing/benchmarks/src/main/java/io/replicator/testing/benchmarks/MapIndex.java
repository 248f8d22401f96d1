package io.replicator.testing.benchmarks;

import io.replicator.api.Key;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The baseline of the index: a hash map for the keys, an ordered map for the versions. */
final class MapIndex {
  private final Map<Key, Long> versions = new HashMap<>();
  private final ConcurrentSkipListMap<Long, Key> keys = new ConcurrentSkipListMap<>();
  private long version;

  void touch(byte[] bytes) {
    Key key = Key.of(bytes);
    version++;
    @Nullable Long before = versions.put(key, version);
    if (before != null) {
      keys.remove(before);
    }
    keys.put(version, key);
  }

  long version() {
    return version;
  }

  /** Counts what changed in (after, until]. */
  int countDirty(long after, long until) {
    int count = 0;
    for (Key key : keys.subMap(after, false, until, true).values()) {
      count += key.bytes().length > 0 ? 1 : 0;
    }
    return count;
  }
}
