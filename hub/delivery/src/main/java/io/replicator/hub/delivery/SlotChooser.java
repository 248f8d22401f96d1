package io.replicator.hub.delivery;

import io.replicator.hub.index.ChangeIndex;
import org.jspecify.annotations.Nullable;

/**
 * Walks a round and chooses the slots to read, a page at a time. A key is chosen in the moment its
 * read is asked for, with the version it has then: so of two batches that hold the same key, the
 * one that says a greater version was read later (I3).
 */
final class SlotChooser {
  /** Rows looked at before the loop gets its turn again. */
  private static final int MAX_VISITS = 8192;

  private final ChangeIndex index;
  private final KeyFilter filter;
  private final long after;
  private final long until;
  private final int @Nullable [] slots;
  private final boolean skipsTombstones;
  private int position;
  private int at;

  SlotChooser(ChangeIndex index, BuildSpec spec) {
    Round round = spec.round();
    Pass pass = spec.pass();
    this.index = index;
    this.filter = spec.filter();
    this.after = round.after();
    // A pass sends what was dirty when it began, whatever version it has by now.
    this.until = pass == null || pass.isWanted() ? round.until() : Long.MAX_VALUE;
    this.slots = pass == null ? null : pass.slots();
    this.skipsTombstones = round.isSnapshot() && pass == null;
    this.position = round.slot();
    this.at = slots == null ? 0 : Pass.indexOf(slots, position);
  }

  /** Everything below this slot was looked at. */
  int position() {
    return position;
  }

  boolean exhausted() {
    return slots == null ? position >= index.slotLimit() : at >= slots.length;
  }

  /** The next slots; perhaps none although there are more: then the loop should have its turn. */
  Page next(int maxKeys) {
    Page page = new Page(maxKeys);
    if (slots == null) {
      position =
          index.sweep(
              after, until, position, MAX_VISITS, slot -> !page.isFull() && take(page, slot));
    } else {
      int end = Math.min(slots.length, at + MAX_VISITS);
      for (; at < end && !page.isFull(); at++) {
        long version = index.versionOf(slots[at]);
        if (version > after && version <= until) {
          take(page, slots[at]);
        }
        position = slots[at] + 1;
      }
    }
    return page;
  }

  private boolean take(Page page, int slot) {
    boolean tombstone = index.isTombstone(slot);
    if (!(tombstone && skipsTombstones) && filter.matches(index, slot)) {
      page.add(slot, index.versionOf(slot), tombstone, index.key(slot));
    }
    return true;
  }
}
