package io.replicator.hub.delivery;

import io.replicator.api.Key;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often a large value was changed while it was read; remembers the last 256 keys. */
final class LargeFailures {
  private static final int MAX_KEYS = 256;

  private final LinkedHashMap<Key, Integer> failures =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Integer> eldest) {
          return size() > MAX_KEYS;
        }
      };

  /** One more time; returns how often so far. */
  int add(Key key) {
    return failures.merge(key, 1, Integer::sum);
  }

  int of(Key key) {
    return failures.getOrDefault(key, 0);
  }

  void forget(Key key) {
    failures.remove(key);
  }
}
