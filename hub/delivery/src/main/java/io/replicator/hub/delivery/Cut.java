package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.ItemHasher;
import io.replicator.link.reconcile.Sketch;
import io.replicator.link.reconcile.SymbolRun;
import io.replicator.link.reconcile.WantedIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a filter lets through at one version: an item for each of its keys, their digest, and their
 * symbols as far as anybody wanted them. It is made once and the same bytes go to every client that
 * reconciles with it. A key that changed since is in it or not: whoever uses the cut is owed that
 * key by the live lane anyhow. Confined to the loop, but for {@link #sketched}.
 */
final class Cut {
  /** Symbols of one frame: about 900 bytes. */
  static final int RUN_SYMBOLS = 64;

  private static final int FIRST_SYMBOLS = 4096;

  private final KeyFilter filter;
  private final long epoch;
  private final byte[] salt;
  private final ItemHasher hasher;

  private long version;

  /** 0 = no key. */
  private long[] ids;

  private long[] valueHashes;
  private Digest digest;
  private Sketch sketch;
  private List<ByteString> runs = new ArrayList<>();

  private @Nullable SlotTable byId;
  private @Nullable SlotTable byItem;

  private boolean ready;
  private boolean spoilt;
  private boolean growing;
  private int users;
  private long madeNanos;

  private Cut(KeyFilter filter, long epoch, byte[] salt, long version, int slots) {
    this.filter = filter;
    this.epoch = epoch;
    this.salt = salt;
    this.hasher = new ItemHasher(salt);
    this.version = version;
    this.ids = new long[slots];
    this.valueHashes = new long[slots];
    this.digest = new Digest();
    this.sketch = new Sketch(0);
  }

  /** Empty, to be filled with what has at most this version. */
  static Cut begin(KeyFilter filter, DatabaseState database) {
    ChangeIndex index = database.index();
    return new Cut(filter, database.epoch(), database.salt(), index.version(), index.slotLimit());
  }

  /** The same once more, to be moved on while this one is in use. */
  Cut copy() {
    Cut copy = new Cut(filter, epoch, salt, version, 0);
    copy.ids = ids.clone();
    copy.valueHashes = valueHashes.clone();
    copy.digest = digest.copy();
    copy.sketch = sketch.copy();
    return copy;
  }

  KeyFilter filter() {
    return filter;
  }

  long epoch() {
    return epoch;
  }

  byte[] salt() {
    return salt;
  }

  long version() {
    return version;
  }

  boolean isReady() {
    return ready;
  }

  /** Whether it says something that a read has found to be wrong: nobody should begin with it. */
  boolean isSpoilt() {
    return spoilt;
  }

  void spoil() {
    spoilt = true;
  }

  int users() {
    return users;
  }

  /** Whether somebody holds it as it is. */
  boolean isBusy() {
    return users > 0 || growing;
  }

  void use() {
    users++;
  }

  void leave() {
    users--;
  }

  long madeNanos() {
    return madeNanos;
  }

  long count() {
    return digest.count();
  }

  Digest digest() {
    return digest;
  }

  long memoryBytes() {
    return 16L * ids.length + memoryBytes(byId) + memoryBytes(byItem) + 2 * sketch.memoryBytes();
  }

  private static long memoryBytes(@Nullable SlotTable table) {
    return table == null ? 0 : table.memoryBytes();
  }

  static long memoryBytesOf(int slots) {
    return 24L * slots;
  }

  // Filling it.

  /** Moves on: what changed since the old version is to be put again. */
  void moveTo(long newVersion, int slots) {
    version = newVersion;
    ready = false;
    byId = null;
    byItem = null;
    runs = new ArrayList<>();
    if (slots > ids.length) {
      ids = Arrays.copyOf(ids, slots);
      valueHashes = Arrays.copyOf(valueHashes, slots);
    }
  }

  /** The key in this slot has this value now. */
  void put(int slot, byte[] key, long valueHash) {
    ids[slot] = hasher.id(key);
    valueHashes[slot] = valueHash;
    long item = item(slot);
    hasher.add(digest, item, key, valueHash);
    if (sketch.size() > 0) {
      sketch.add(ids[slot], ItemHasher.mark(item));
    }
  }

  /** What was put for this slot holds no more; false if the slot has another key by now. */
  boolean take(int slot, byte[] key) {
    long item = slot < ids.length ? item(slot) : 0;
    if (item == 0) {
      return true;
    }
    if (hasher.id(key) != ids[slot]) {
      return false;
    }
    hasher.remove(digest, item, key, valueHashes[slot]);
    sketch.remove(ids[slot], ItemHasher.mark(item));
    ids[slot] = 0;
    return true;
  }

  /** Makes the first symbols, if they are not there: on a worker, before {@link #finished}. */
  void sketched() {
    if (sketch.size() == 0) {
      sketch.extend(FIRST_SYMBOLS, ids, valueHashes, 0, ids.length, new ItemHasher(salt));
    }
  }

  void finished(long nowNanos) {
    ready = true;
    madeNanos = nowNanos;
  }

  // Using it.

  /** Whether symbols up to this one are there, or could be. */
  boolean hasSymbols(int until) {
    return until <= sketch.size();
  }

  /** So long may its sketch become: beyond, a listing of the items is smaller. */
  int maxSymbols() {
    int most = Math.clamp(2 * count(), 4 * FIRST_SYMBOLS, 1 << 26);
    return Math.ceilDiv(most, RUN_SYMBOLS) * RUN_SYMBOLS;
  }

  /**
   * Prepares more symbols; the work itself may be done on a worker, and is put in place by what it
   * returns. Null if it is under way.
   */
  @Nullable Growth grow(int until) {
    if (growing) {
      return null;
    }
    growing = true;
    return new Growth(
        (int) Math.min(maxSymbols(), Math.max(until, Math.max(FIRST_SYMBOLS, 4L * sketch.size()))),
        sketch,
        ids,
        valueHashes,
        salt);
  }

  /** Symbols being made. */
  record Growth(int size, Sketch before, long[] ids, long[] valueHashes, byte[] salt) {
    Sketch make() {
      Sketch longer = before.copy();
      longer.extend(size, ids, valueHashes, 0, ids.length, new ItemHasher(salt));
      return longer;
    }
  }

  void grown(Sketch longer) {
    growing = false;
    sketch = longer;
  }

  /** Symbols {@code RUN_SYMBOLS * number} and following, encoded once. */
  ByteString run(int number, DeliveryCounters counters) {
    while (runs.size() <= number) {
      int from = runs.size() * RUN_SYMBOLS;
      counters.add(DeliveryCounter.SYMBOLS_ENCODED, RUN_SYMBOLS);
      runs.add(
          UnsafeByteOperations.unsafeWrap(
              SymbolRun.encode(sketch, from, from + RUN_SYMBOLS, count())));
    }
    return runs.get(number);
  }

  int slots() {
    return ids.length;
  }

  /** 0 = none. */
  long item(int slot) {
    return ids[slot] == 0 ? 0 : hasher.item(ids[slot], valueHashes[slot]);
  }

  /** Tells every slot that has this item; mostly one, none if the item is unknown. */
  void slotsOf(long item, IntConsumer taker) {
    SlotTable table = byItem;
    if (table == null) {
      table = new SlotTable(ids.length, count(), this::item);
      byItem = table;
    }
    table.tell(item, taker);
  }

  /** Tells every slot with a key whose id begins like this, see {@link WantedIds}. */
  void slotsOfPrefix(long prefix, IntConsumer taker) {
    SlotTable table = byId;
    if (table == null) {
      table = new SlotTable(ids.length, count(), slot -> WantedIds.prefix(ids[slot]));
      byId = table;
    }
    table.tell(prefix, taker);
  }

  /** Adds what stands for this slot to another digest; false if the slot has another key by now. */
  boolean addTo(Digest other, int slot, byte[] key) {
    if (hasher.id(key) != ids[slot]) {
      return false;
    }
    hasher.add(other, item(slot), key, valueHashes[slot]);
    return true;
  }
}
