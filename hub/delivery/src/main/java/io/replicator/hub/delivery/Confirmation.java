package io.replicator.hub.delivery;

import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.hub.index.ChangeIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys that a verification found to be lacking once more at the source, page by page, and
 * counts those that still hold what the cut says. Confined to the loop.
 */
final class Confirmation {
  private static final int PAGE_KEYS = 512;
  private static final int PAGE_BYTES = 2 << 20;
  private static final int VALUE_BYTES = 256 * 1024;

  /** So many are read; of more the rest is taken to be as it is known. */
  private static final int MAX_KEYS = 16_384;

  /** Hears of the end. */
  interface Listener {
    void confirmed(long count, List<byte[]> keys);
  }

  private final BatchWorks works;
  private final DatabaseState database;
  private final Cut cut;
  private final int[] slots;
  private final Listener listener;
  private final List<byte[]> shown = new ArrayList<>();
  private long confirmed;
  private int at;

  private Confirmation(
      BatchWorks works, DatabaseState database, Cut cut, int[] slots, Listener listener) {
    this.works = works;
    this.database = database;
    this.cut = cut;
    this.slots = slots;
    this.listener = listener;
  }

  static void of(
      BatchWorks works, DatabaseState database, Cut cut, int[] slots, Listener listener) {
    new Confirmation(works, database, cut, slots, listener).page();
  }

  private boolean isOwed(int slot) {
    ChangeIndex index = database.index();
    long version = index.versionOf(slot);
    return version != 0 && version <= cut.version() && !index.isTombstone(slot);
  }

  private void page() {
    if (at >= slots.length || database.epoch() != cut.epoch()) {
      listener.confirmed(confirmed, shown);
      return;
    }
    if (at >= MAX_KEYS) {
      confirmed += Arrays.stream(slots, at, slots.length).filter(this::isOwed).count();
      listener.confirmed(confirmed, shown);
      return;
    }
    List<byte[]> keys = new ArrayList<>();
    List<Integer> read = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    for (; at < slots.length && keys.size() < PAGE_KEYS; at++) {
      if (isOwed(slots[at])) {
        keys.add(database.index().key(slots[at]));
        read.add(slots[at]);
        versions.add(database.index().versionOf(slots[at]));
      }
    }
    if (keys.isEmpty()) {
      page();
      return;
    }
    database
        .source()
        .read(keys, PAGE_BYTES, VALUE_BYTES)
        .whenComplete(
            (page, failure) -> works.loop().execute(() -> wasRead(keys, read, versions, page)));
  }

  /** What could not be read counts as it is known. */
  private void wasRead(
      List<byte[]> keys, List<Integer> read, List<Long> versions, @Nullable ReadPage page) {
    ChangeIndex index = database.index();
    for (int i = 0; i < keys.size(); i++) {
      int slot = read.get(i);
      Read found = page == null ? new Read.Skipped() : page.entries().get(i);
      if (found instanceof Read.Absent) {
        index.markAbsent(slot, versions.get(i));
      } else if (found instanceof Read.Present present) {
        index.observe(slot, versions.get(i), present.hash());
      }
      if (isOwed(slot) && index.versionOf(slot) == versions.get(i)) {
        confirmed++;
        shown.add(keys.get(i));
      }
    }
    database.tellMoved();
    page();
  }
}
