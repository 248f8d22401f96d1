package io.replicator.hub.delivery;

import io.replicator.api.Key;
import io.replicator.api.Source.LargeRead;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import io.replicator.hub.index.ChangeIndex;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Fills a cut: goes through slots, takes the hashes the index knows, and reads the values of the
 * others a few pages at a time. A key whose version is above the cut's, or becomes so while it is
 * read, is left out. Confined to the loop; each slice of the work gives the loop back.
 */
final class CutBuild {
  private static final int ROWS_PER_SLICE = 4096;
  private static final int PAGE_KEYS = 512;
  private static final int PAGE_BYTES = 2 << 20;
  private static final int VALUE_BYTES = 256 * 1024;
  private static final int LARGE_SLICE_BYTES = 512 * 1024;

  /** How often a page that could not be read is asked for again. */
  private static final int MAX_FAILURES = 50;

  private static final Duration RETRY = Duration.ofMillis(100);

  /** So often it looks whether somebody has come who waits. */
  private static final long MAX_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  private final BatchWorks works;
  private final DatabaseState database;
  private final ReconcileSettings settings;
  private final Cut cut;
  private final ChangeIndex index;
  private final IntUnaryOperator slots;
  private final int count;
  private final boolean replaces;
  private final Consumer<@Nullable Throwable> done;

  /** As long as nobody uses the cut; null = without a pause. */
  private final @Nullable AheadPace pace;

  private final ArrayDeque<Integer> large = new ArrayDeque<>();

  private int at;
  private Unhashed filling = new Unhashed();
  private int pagesOut;
  private int failures;
  private boolean largeOut;
  private boolean paused;
  private boolean ended;

  /** Slots whose hash is not known, at the version at which they are read. */
  private static final class Unhashed {
    private final List<Integer> slots = new ArrayList<>();
    private final List<Long> versions = new ArrayList<>();
    private final List<byte[]> keys = new ArrayList<>();

    private void add(int slot, long version, byte[] key) {
      slots.add(slot);
      versions.add(version);
      keys.add(key);
    }
  }

  private CutBuild(
      BatchWorks works,
      DatabaseState database,
      ReconcileSettings settings,
      Cut cut,
      IntUnaryOperator slots,
      int count,
      boolean replaces,
      @Nullable AheadPace pace,
      Consumer<@Nullable Throwable> done) {
    this.works = works;
    this.database = database;
    this.settings = settings;
    this.cut = cut;
    this.index = database.index();
    this.slots = slots;
    this.count = count;
    this.replaces = replaces;
    this.pace = pace;
    this.done = done;
  }

  /**
   * Fills an empty cut from all slots.
   *
   * @param pace of a cut that nobody waits for, null = as fast as it goes
   */
  static void all(
      BatchWorks works,
      DatabaseState database,
      ReconcileSettings settings,
      Cut cut,
      @Nullable AheadPace pace,
      Consumer<@Nullable Throwable> done) {
    new CutBuild(works, database, settings, cut, i -> i, cut.slots(), false, pace, done).slice();
  }

  /** Puts what changed since the cut was made. */
  static void changes(
      BatchWorks works,
      DatabaseState database,
      ReconcileSettings settings,
      Cut cut,
      int[] changed,
      Consumer<@Nullable Throwable> done) {
    new CutBuild(works, database, settings, cut, i -> changed[i], changed.length, true, null, done)
        .slice();
  }

  private void slice() {
    if (ended) {
      return;
    }
    if (database.epoch() != cut.epoch()) {
      end(new IllegalStateException("history lost while a cut was made"));
      return;
    }
    if (paused || pauses()) {
      return;
    }
    int end = (int) Math.min(count, at + (long) ROWS_PER_SLICE);
    for (; at < end && pagesOut < settings.readPages(); at++) {
      if (!look(slots.applyAsInt(at))) {
        end(new IllegalStateException("a slot of the cut has another key"));
        return;
      }
      if (filling.keys.size() == PAGE_KEYS) {
        read();
      }
    }
    if (at < count) {
      if (pagesOut < settings.readPages()) {
        works.loop().execute(this::slice);
      }
    } else {
      finishIfRead();
    }
  }

  /** Whether it goes on later, because nobody waits for it. */
  private boolean pauses() {
    AheadPace slow = pace;
    long wait = slow == null || cut.users() > 0 ? 0 : slow.waitNanos();
    if (wait > 0) {
      paused = true;
      works
          .loop()
          .schedule(
              Duration.ofNanos(Math.min(wait, MAX_PAUSE_NANOS)),
              () -> {
                paused = false;
                slice();
              });
    }
    return wait > 0;
  }

  /** False if the slot's key is not the one that the cut has there. */
  private boolean look(int slot) {
    long version = index.versionOf(slot);
    if (version == 0) {
      return true;
    }
    byte[] key = index.key(slot);
    if (replaces && !cut.take(slot, key)) {
      return false;
    }
    if (version > cut.version() || index.isTombstone(slot) || !cut.filter().matches(index, slot)) {
      return true;
    }
    if (index.isHashed(slot)) {
      cut.put(slot, key, index.hashOf(slot));
    } else {
      filling.add(slot, version, key);
    }
    return true;
  }

  private void read() {
    Unhashed page = filling;
    filling = new Unhashed();
    pagesOut++;
    ask(page);
  }

  private void ask(Unhashed page) {
    if (pace != null) {
      pace.reads(page.keys.size());
    }
    works.counters().increment(DeliveryCounter.READ_PAGES);
    works.counters().add(DeliveryCounter.KEYS_READ, page.keys.size());
    database
        .source()
        .read(page.keys, PAGE_BYTES, VALUE_BYTES)
        .whenComplete(
            (result, failure) -> works.loop().execute(() -> wasRead(page, result, failure)));
  }

  private void wasRead(Unhashed page, @Nullable ReadPage result, @Nullable Throwable failure) {
    if (ended) {
      return;
    }
    if (result == null) {
      works.counters().increment(DeliveryCounter.READS_FAILED);
      if (++failures > MAX_FAILURES) {
        end(failure == null ? new IllegalStateException("no page") : failure);
      } else {
        works.loop().schedule(RETRY, () -> ask(page));
      }
      return;
    }
    Unhashed skipped = new Unhashed();
    for (int i = 0; i < page.keys.size(); i++) {
      int slot = page.slots.get(i);
      long version = page.versions.get(i);
      switch (result.entries().get(i)) {
        case Read.Present present -> learn(slot, version, page.keys.get(i), present.hash());
        case Read.Absent absent -> index.markAbsent(slot, version);
        case Read.Large tooLarge -> large.add(slot);
        case Read.Skipped skip -> skipped.add(slot, version, page.keys.get(i));
      }
    }
    database.tellMoved();
    if (!skipped.keys.isEmpty()) {
      ask(skipped);
    } else {
      pagesOut--;
    }
    readLarge();
    slice();
  }

  private void learn(int slot, long version, byte[] key, long hash) {
    if (index.learn(slot, version, hash) && version <= cut.version()) {
      cut.put(slot, key, hash);
    }
  }

  /** One large value at a time, slice by slice. */
  private void readLarge() {
    Integer slot = largeOut ? null : large.poll();
    if (slot != null) {
      long version = index.versionOf(slot);
      if (version == 0 || version > cut.version() || index.isTombstone(slot)) {
        readLarge();
        return;
      }
      largeOut = true;
      byte[] key = index.key(slot);
      LargeRead slices = database.source().readLarge(key, LARGE_SLICE_BYTES);
      nextSlice(slot, version, key, slices, new ValueHash());
    }
  }

  private void nextSlice(int slot, long version, byte[] key, LargeRead slices, ValueHash hash) {
    slices
        .next()
        .whenComplete((slice, failure) ->
            works
                .loop()
                .execute(() -> sliceRead(slot, version, key, slices, hash, slice, failure)));
  }

  private void sliceRead(
      int slot,
      long version,
      byte[] key,
      LargeRead slices,
      ValueHash hash,
      @Nullable LargeSlice slice,
      @Nullable Throwable failure) {
    if (ended) {
      slices.close();
      return;
    }
    Value value = slice == null ? null : slice.slice();
    if (slice != null && value != null) {
      hash.add(value);
      if (!slice.last()) {
        nextSlice(slot, version, key, slices, hash);
        return;
      }
      learn(slot, version, key, hash.finish(slice.expiresAtMillis()));
    } else if (slice != null) {
      index.markAbsent(slot, version);
    } else if (++failures > MAX_FAILURES) {
      slices.close();
      end(new IllegalStateException("key " + Key.of(key) + " cannot be read", failure));
      return;
    } else if (index.versionOf(slot) == version) {
      large.add(slot); // changed while it was read, as it seems, and no hint came yet
    }
    slices.close();
    largeOut = false;
    database.tellMoved();
    readLarge();
    finishIfRead();
  }

  private void finishIfRead() {
    if (ended || at < count) {
      return;
    }
    if (!filling.keys.isEmpty() && pagesOut < settings.readPages()) {
      read();
    }
    if (pagesOut == 0 && filling.keys.isEmpty() && !largeOut && large.isEmpty()) {
      end(null);
    }
  }

  private void end(@Nullable Throwable failure) {
    ended = true;
    done.accept(failure);
  }
}
