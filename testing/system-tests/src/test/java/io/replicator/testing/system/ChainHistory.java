package io.replicator.testing.system;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@link ChainWriter} did, to judge what a reader of a copy may see. */
final class ChainHistory {
  // Under this: the changes of each key by version; true = written, false = deleted.
  private final Map<String, TreeMap<Long, Boolean>> changes = new HashMap<>();

  /** Told before the change is made: nobody can see it earlier. */
  synchronized void add(long version, String key, boolean written) {
    changes.computeIfAbsent(key, any -> new TreeMap<>()).put(version, written);
  }

  /**
   * Whether a copy that shows this version may hold this value. Its last change up to that version
   * must be there, or a later one.
   *
   * @param exact a later one would be wrong: the copy is one consistent cut
   */
  synchronized boolean isRight(long shown, String key, @Nullable String value, boolean exact) {
    TreeMap<Long, Boolean> known = changes.getOrDefault(key, new TreeMap<>());
    Map.Entry<Long, Boolean> last = known.floorEntry(shown);
    if (value == null) {
      boolean deleted = last == null || !last.getValue();
      return deleted || (!exact && known.tailMap(shown, false).containsValue(false));
    }
    long writtenBy = Long.parseLong(value);
    if (last != null && last.getKey() == writtenBy) {
      return last.getValue();
    }
    return !exact && writtenBy > shown && known.getOrDefault(writtenBy, false);
  }
}
