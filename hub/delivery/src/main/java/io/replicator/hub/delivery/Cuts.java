package io.replicator.hub.delivery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cuts of one database, one for each filter in use: made when first wanted, afterwards moved on
 * by what changed since ("readable since version v" is what the index is for), so that any number
 * of clients that come together cost one. Confined to the loop.
 *
 * <pre>
 *   none ──→ making (reads what is not hashed) ──→ ready ──→ in use: shared as it is for a while
 *                                                    ↑            │ longer in use: a copy moves on
 *                                                    └─ moved on ←┘ not in use: it moves on itself
 * </pre>
 */
final class Cuts {
  private static final int MAX_CUTS = 32;
  private static final int LIST_LIMIT = 65_536;

  private final BatchWorks works;
  private final DatabaseState database;
  private ReconcileSettings settings = ReconcileSettings.DEFAULTS;
  private final Map<KeyFilter, Cut> current = new HashMap<>();

  /** Followed by a newer one and still in use. */
  private final Set<Cut> retired = new LinkedHashSet<>();

  private final Map<Cut, List<Consumer<@Nullable Throwable>>> waiting = new HashMap<>();

  Cuts(BatchWorks works, DatabaseState database) {
    this.works = works;
    this.database = database;
  }

  void use(ReconcileSettings newSettings) {
    settings = newSettings;
  }

  ReconcileSettings settings() {
    return settings;
  }

  void clear() {
    current.clear();
  }

  long memoryBytes() {
    retired.removeIf(cut -> !cut.isBusy());
    return current.values().stream().mapToLong(Cut::memoryBytes).sum()
        + retired.stream().mapToLong(Cut::memoryBytes).sum();
  }

  /**
   * A cut of this filter, whose version is known at once; its content is there when {@link
   * Cut#isReady}, see {@link #whenReady}. Whoever gets it leaves it. Null if there is no room.
   */
  @Nullable Cut acquire(KeyFilter filter) {
    Cut known = current.get(filter);
    if (known != null && isUsable(known)) {
      if (!known.isReady() || known.version() == database.version() || isShared(known)) {
        known.use();
        return known;
      }
      Cut moved = movedOn(known);
      if (moved != null) {
        moved.use();
        return moved;
      }
    }
    Cut fresh = hasRoom(filter) ? make(filter, null) : null;
    if (fresh != null) {
      fresh.use();
    }
    return fresh;
  }

  /**
   * Reads and hashes everything ahead of the first who wants to compare, little by little: the cut
   * of the whole database is ready then, and for others no value has to be read.
   */
  void prepare() {
    int pace = settings.aheadKeysPerSecond();
    if (settings.enabled()
        && pace > 0
        && database.ready()
        && current.isEmpty()
        && hasRoom(KeyFilter.of())) {
      make(KeyFilter.of(), new AheadPace(pace, works.counters(), works.loop()));
    }
  }

  /** Calls when the cut is ready, or with the reason why it will not be. */
  void whenReady(Cut cut, Consumer<@Nullable Throwable> listener) {
    List<Consumer<@Nullable Throwable>> queue = waiting.get(cut);
    if (queue == null) {
      listener.accept(cut.isReady() ? null : new IllegalStateException("the cut was given up"));
    } else {
      queue.add(listener);
    }
  }

  /** Makes symbols up to this one; the listener hears of it on the loop. */
  void grow(Cut cut, int until, Runnable listener) {
    Cut.Growth growth = cut.grow(until);
    if (growth == null) {
      works.loop().schedule(java.time.Duration.ofMillis(5), listener);
      return;
    }
    works.run(
        growth::make,
        longer -> {
          cut.grown(longer);
          listener.run();
        },
        failure -> cut.spoil());
  }

  private boolean isUsable(Cut cut) {
    return cut.epoch() == database.epoch()
        && !cut.isSpoilt()
        && cut.version() >= database.horizon();
  }

  /** Whether further clients get it as it is although there is something newer. */
  private boolean isShared(Cut cut) {
    return cut.users() > 0
        && works.loop().nowNanos() - cut.madeNanos() < settings.shareFor().toNanos();
  }

  private boolean hasRoom(KeyFilter filter) {
    current.values().removeIf(cut -> !cut.isBusy() && cut.isReady() && !isUsable(cut));
    long needed = Cut.memoryBytesOf(database.index().slotLimit());
    for (Cut cut : List.copyOf(current.values())) {
      boolean full = memoryBytes() + needed > settings.memoryBytes() || current.size() >= MAX_CUTS;
      if (full && !cut.isBusy() && !waiting.containsKey(cut) && !cut.filter().equals(filter)) {
        current.remove(cut.filter());
      }
    }
    Cut replaced = current.get(filter);
    long freed = replaced != null && !replaced.isBusy() ? replaced.memoryBytes() : 0;
    long kept = memoryBytes() - freed;
    return kept + needed <= settings.memoryBytes()
        && (replaced != null || current.size() < MAX_CUTS)
        && retired.size() < MAX_CUTS;
  }

  private Cut make(KeyFilter filter, @Nullable AheadPace pace) {
    works.counters().increment(DeliveryCounter.CUTS_MADE);
    Cut cut = Cut.begin(filter, database);
    replace(cut);
    waiting.put(cut, new ArrayList<>());
    works
        .loop()
        .execute(() -> CutBuild.all(works, database, settings, cut, pace, end -> filled(cut, end)));
    return cut;
  }

  private @Nullable Cut movedOn(Cut known) {
    int[] buffer = new int[LIST_LIMIT];
    long version = database.version();
    int n = database.index().listDirty(known.version(), version, buffer);
    if (n < 0 || (known.isBusy() && !hasRoom(known.filter()))) {
      return null;
    }
    works.counters().increment(DeliveryCounter.CUTS_MOVED);
    Cut cut = known.isBusy() ? known.copy() : known;
    cut.moveTo(version, database.index().slotLimit());
    replace(cut);
    waiting.put(cut, new ArrayList<>());
    int[] changed = Arrays.copyOf(buffer, n);
    works
        .loop()
        .execute(() ->
            CutBuild.changes(works, database, settings, cut, changed, end -> filled(cut, end)));
    return cut;
  }

  private void replace(Cut cut) {
    Cut before = current.put(cut.filter(), cut);
    if (before != null && before != cut && before.isBusy()) {
      retired.add(before);
    }
  }

  private void filled(Cut cut, @Nullable Throwable failure) {
    if (failure != null) {
      ended(cut, failure);
      return;
    }
    if (cut.users() > 0) {
      ended(cut, null); // most are equal by their digest: symbols are made when they are asked for
      return;
    }
    works.run(
        () -> {
          cut.sketched();
          return cut;
        },
        same -> ended(same, null),
        worker -> ended(cut, worker));
  }

  private void ended(Cut cut, @Nullable Throwable failure) {
    if (failure == null) {
      cut.finished(works.loop().nowNanos());
    } else {
      cut.spoil();
      current.remove(cut.filter(), cut);
    }
    List<Consumer<@Nullable Throwable>> queue = waiting.remove(cut);
    if (queue != null) {
      queue.forEach(listener -> listener.accept(failure));
    }
  }
}
