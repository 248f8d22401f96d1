package io.replicator.client.replica;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Large values that arrive slice by slice, until they are whole. */
final class SlicedValues {
  private final Map<Key, List<Value>> slices = new HashMap<>();

  /** The whole value, if this was the last slice. A slice without its first is left out. */
  Optional<Change.Put> add(Change.Part part) {
    List<Value> collected = slices.get(part.key());
    if (part.index() == 0) {
      collected = new ArrayList<>();
      slices.put(part.key(), collected);
    }
    if (collected == null || collected.size() != part.index()) {
      slices.remove(part.key());
      return Optional.empty();
    }
    collected.add(part.slice());
    if (!part.last()) {
      return Optional.empty();
    }
    slices.remove(part.key());
    return Optional.of(
        new Change.Put(
            part.key(), part.version(), Value.joined(collected), part.expiresAtMillis()));
  }

  /** The key has a value from elsewhere: what was collected is old. */
  void forget(Key key) {
    slices.remove(key);
  }
}
