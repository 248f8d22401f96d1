package io.replicator.hub.delivery;

import io.replicator.hub.index.ChangeIndex;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Begins the live rounds of a database: lists what is dirty, and gives feeds that stand at the same
 * place the same list, and so the same batches. Confined to the loop.
 */
final class Passes {
  /** A loop that is busy is late for its ticks. */
  private static final int KEPT_TICKS = 4;

  private static final long RELIST_NANOS = Duration.ofMillis(50).toNanos();

  private final Supplier<ChangeIndex> index;
  private final Loop loop;
  private final int[] listBuffer;
  private final PassCache recent;
  private final LiveTicks ticks;

  /**
   * @param index the one of now: another history has another one
   * @param tell tells all feeds that the database moved
   */
  Passes(Supplier<ChangeIndex> index, DeliverySettings settings, Loop loop, Runnable tell) {
    this.index = index;
    this.loop = loop;
    this.listBuffer = new int[settings.listLimit()];
    this.recent = new PassCache(settings.shareFor().toNanos());
    this.ticks = new LiveTicks(loop, tell);
  }

  /**
   * The pass for a live round that begins after this version; null if its slots are too many to
   * list. Whoever asks for the same within some milliseconds gets the same one.
   */
  @Nullable Pass start(long after, SentSlots sent) {
    long until = ticks.until(after, index.get().version());
    PassCache.Place place = new PassCache.Place(after, sent);
    Pass known = recent.find(place, loop.nowNanos());
    if (known == null && ticks.isOfLast(until)) {
      known = recent.findOfTick(after, sent, until);
    }
    if (known != null) {
      return known;
    }
    Pass listed = listed(after, until, sent);
    return listed == null ? null : recent.keep(place, listed, loop.nowNanos());
  }

  /** As {@link #start}, but listed anew. */
  @Nullable Pass startFresh(long after) {
    PassCache.Place place = new PassCache.Place(after, SentSlots.NONE);
    recent.forget(place);
    Pass listed = listed(after, index.get().version(), SentSlots.NONE);
    return listed == null ? null : recent.keep(place, listed, loop.nowNanos());
  }

  /** A pass over all slots, for a round that can neither be listed nor folded. */
  Pass startWalk(long after) {
    return recent.keep(
        new PassCache.Place(after, SentSlots.NONE),
        Pass.walk(after, index.get().version()),
        loop.nowNanos());
  }

  /**
   * The same pass with what has become dirty since it was listed: what is still ahead of the sweep
   * goes at its turn, not a whole round later. Not more often than the list is worth.
   */
  Pass refreshed(Pass pass, SentSlots sent) {
    long now = loop.nowNanos();
    if (pass.slots() == null
        || now - pass.listed().nanos() < RELIST_NANOS
        || ticks.isOfLast(pass.until())) {
      return pass;
    }
    PassCache.Place place = new PassCache.Place(pass.after(), sent);
    Pass known = recent.find(place, now);
    if (known != null && known.until() == pass.until()) {
      return known;
    }
    Pass fresh = listed(pass.after(), pass.until(), sent);
    return fresh == null ? pass : recent.keep(place, fresh, now);
  }

  /**
   * The rest of a live round that was cut: what is dirty now, also by a change since, in the name
   * of the round as it was; null if that is too much to list.
   */
  @Nullable Pass resumed(Round round) {
    return listed(round.after(), round.until(), SentSlots.NONE);
  }

  /** The slots that changed after the first version up to the second; null if they are too many. */
  int @Nullable [] dirtyBetween(long after, long until) {
    int n = index.get().listDirty(after, until, listBuffer);
    return n < 0 ? null : Arrays.copyOf(listBuffer, n);
  }

  private @Nullable Pass listed(long after, long until, SentSlots sent) {
    ChangeIndex now = index.get();
    int n = now.listDirty(after, now.version(), listBuffer);
    if (n < 0) {
      return null;
    }
    int[] changed = sent.changedOf(listBuffer, n, now::versionOf);
    return Pass.list(after, until, changed, new Pass.Listed(now.version(), loop.nowNanos()));
  }

  /** Where a snapshot that begins now has its live lane: the same for those that begin together. */
  long snapshotVersion() {
    return recent.snapshotVersion(index.get().version(), loop.nowNanos());
  }

  // The moments at which many feeds begin.

  /** The database moved: its feeds hear of it now, or at the next tick. */
  void moved(int feeds) {
    ticks.moved(feeds);
  }

  /** Feeds are told now: those in step get their round listed at the very version where it ends. */
  void tick(long horizon) {
    long version = index.get().version();
    long before = ticks.tick(version);
    if (ticks.isTicking() && before > 0 && before >= horizon && before < version) {
      Pass listed = listed(before, version, SentSlots.NONE);
      if (listed != null) {
        recent.keep(new PassCache.Place(before, SentSlots.NONE), listed, loop.nowNanos());
      }
    }
  }

  /** Whether a round that would begin behind this version waits for others, and is told when. */
  boolean waitsForTick(long after) {
    return ticks.waits(after, index.get().version());
  }

  /** How long a live batch is worth keeping for others that begin at the same tick. */
  Duration shareLiveFor(Duration least, int feeds) {
    Duration tick = Duration.ofNanos(KEPT_TICKS * LiveTicks.intervalNanos(feeds));
    return tick.compareTo(least) > 0 ? tick : least;
  }

  /** Another history. */
  void clear() {
    recent.clear();
    ticks.reset();
  }
}
