package io.replicator.hub.delivery;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.link.transport.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Reads some keys of a filter, drawn at random, and makes small batches of them, like those that
 * live changes will make. Confined to the loop.
 */
final class DictionarySamples {
  private static final int KEYS = 1024;
  private static final int PAGE_KEYS = 128;

  /** Draws before a filter is too narrow. */
  private static final int MAX_DRAWS = 16 * KEYS;

  private static final int MAX_PAGE_BYTES = 256 * 1024;
  private static final int MAX_VALUE_BYTES = 4096;

  /** Changes of one sample, by turns. */
  private static final int[] SIZES = {1, 2, 1, 5, 1, 3};

  private final Loop loop;
  private final DatabaseState database;
  private final KeyFilter filter;
  private final SplittableRandom random;
  private final List<Change> changes = new ArrayList<>();

  DictionarySamples(Loop loop, DatabaseState database, KeyFilter filter, SplittableRandom random) {
    this.loop = loop;
    this.database = database;
    this.filter = filter;
    this.random = random;
  }

  /** One of the two is called, later, on the loop. */
  void gather(Consumer<List<Batch>> done, Consumer<Throwable> failed) {
    read(draw(), 0, done, failed);
  }

  private List<byte[]> draw() {
    ChangeIndex index = database.index();
    List<byte[]> keys = new ArrayList<>();
    int limit = index.slotLimit();
    for (int i = 0; i < MAX_DRAWS && keys.size() < KEYS && limit > 0; i++) {
      int slot = random.nextInt(limit);
      if (index.versionOf(slot) > 0 && !index.isTombstone(slot) && filter.matches(index, slot)) {
        keys.add(index.key(slot));
      }
    }
    return keys;
  }

  private void read(
      List<byte[]> keys, int from, Consumer<List<Batch>> done, Consumer<Throwable> failed) {
    if (from >= keys.size()) {
      done.accept(batches());
      return;
    }
    List<byte[]> page = keys.subList(from, Math.min(keys.size(), from + PAGE_KEYS));
    database
        .source()
        .read(page, MAX_PAGE_BYTES, MAX_VALUE_BYTES)
        .whenComplete((result, failure) ->
            loop.execute(() -> {
              if (failure != null) {
                failed.accept(failure);
              } else {
                take(page, result);
                read(keys, from + page.size(), done, failed);
              }
            }));
  }

  private void take(List<byte[]> keys, ReadPage page) {
    long version = database.version();
    for (int i = 0; i < keys.size(); i++) {
      if (page.entries().get(i) instanceof Read.Present present) {
        changes.add(
            new Change.Put(
                Key.of(keys.get(i)), version, present.value(), present.expiresAtMillis()));
      }
    }
  }

  /** By turns as blocks carry them, with a cursor, and as datagrams do, without. */
  private List<Batch> batches() {
    List<Batch> batches = new ArrayList<>();
    long version = database.version();
    FeedPosition position = FeedPosition.snapshot(version).withBackfill(List.of());
    int from = 0;
    for (int i = 0; from < changes.size(); i++) {
      int to = Math.min(changes.size(), from + SIZES[i % SIZES.length]);
      List<Change> some = changes.subList(from, to);
      batches.add(
          i % 2 == 0
              ? BatchContent.withCursor(database, position, some)
              : BatchContent.withoutCursor(database, version, some));
      from = to;
    }
    return batches;
  }
}
