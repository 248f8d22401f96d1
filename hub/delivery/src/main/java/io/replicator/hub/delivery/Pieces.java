package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.hub.index.ChangeIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A feed cut into ranges of slots, each with the newest version in it (P132): whoever has a range
 * at that version has all of it that was not changed since. Looked through range by range, the loop
 * has its turn between. Confined to the loop.
 */
final class Pieces {
  /** The same everywhere, so that the pieces of one manifest are those of the next. */
  static final int SLOTS = 8192;

  private final DatabaseState database;
  private final KeyFilter filter;
  private final HubCore hub;
  private final Cursor cursor;
  private final long epoch;
  private final List<PieceRange> ranges = new ArrayList<>();
  private final CompletableFuture<PieceList> result = new CompletableFuture<>();

  private Pieces(HubCore hub, FeedRequested requested, Cursor cursor) {
    this.hub = hub;
    this.database = requested.database();
    this.filter = requested.filter();
    this.cursor = cursor;
    this.epoch = database.epoch();
  }

  /**
   * @param cursor where the feed stands now
   */
  static CompletionStage<PieceList> of(HubCore hub, FeedRequested requested, Cursor cursor) {
    Pieces pieces = new Pieces(hub, requested, cursor);
    pieces.look(0);
    return pieces.result;
  }

  /** The live keys of the feed in this range. */
  static int[] live(ChangeIndex index, KeyFilter filter, int from, int to) {
    int[] slots = new int[SLOTS];
    int n = 0;
    for (int slot = from; slot < Math.min(to, index.slotLimit()); slot++) {
      if (index.versionOf(slot) > 0 && !index.isTombstone(slot) && filter.matches(index, slot)) {
        slots[n++] = slot;
      }
    }
    return Arrays.copyOf(slots, n);
  }

  private void look(int from) {
    ChangeIndex index = database.index();
    if (database.epoch() != epoch) {
      result.completeExceptionally(new IllegalStateException("the source's history was lost"));
    } else if (from >= index.slotLimit()) {
      result.complete(new PieceList(epoch, database.slots(), cursor, ranges));
    } else {
      lookAt(index, from);
      hub.loop().execute(() -> look(from + SLOTS));
    }
  }

  private void lookAt(ChangeIndex index, int from) {
    long newest = 0;
    int keys = 0;
    for (int slot = from; slot < Math.min(from + SLOTS, index.slotLimit()); slot++) {
      if (index.versionOf(slot) > 0 && filter.matches(index, slot)) {
        newest = Math.max(newest, index.versionOf(slot));
        keys += index.isTombstone(slot) ? 0 : 1;
      }
    }
    if (keys > 0) {
      ranges.add(new PieceRange(from, from + SLOTS, newest, keys));
    }
  }
}
