package io.replicator.testing.benchmarks;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.testing.testkit.JsonValues;
import java.util.ArrayList;
import java.util.List;

/** Batches of an initial load of JSON values, keys in order. */
final class JsonBatches {
  static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);

  private JsonBatches() {}

  static Batch of(List<Change> changes) {
    return new Batch(FEED, Lane.BACKFILL, 1, 1L << 32, changes, Cursor.NONE, false, false, null);
  }

  static List<Change> changes(JsonValues values, int from, int count) {
    List<Change> changes = new ArrayList<>(count);
    for (int i = from; i < from + count; i++) {
      Value value = new Value.StringValue(values.value(i));
      changes.add(new Change.Put(Key.of(JsonValues.key(i)), i + 1L, value, 0));
    }
    return changes;
  }
}
