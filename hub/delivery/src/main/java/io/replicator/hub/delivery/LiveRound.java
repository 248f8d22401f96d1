package io.replicator.hub.delivery;

import org.jspecify.annotations.Nullable;

/**
 * The live round of a feed: the slots it still has to go through, and what it and the one before
 * have sent. Confined to the loop.
 */
final class LiveRound {
  private final FeedRequested requested;
  private final DatabaseState database;
  private final FeedProgress progress;

  private @Nullable Pass pass;
  private boolean withChain;

  /** What the live round before this one sent, and what this one has sent. */
  private SentSlots sentBefore = SentSlots.NONE;

  private final SentSlots.Growing sentNow = new SentSlots.Growing();

  /** Passes that began since the backfill was empty: one has to, before the next may be folded. */
  private int passesSinceBackfill = 1;

  /** Whether the rest of a round before was put aside, and whether this one is not to be. */
  private boolean asideLast;

  private boolean whole;

  /** What was missed before this connection may be folded whatever backfill there is. */
  private boolean first = true;

  LiveRound(FeedRequested requested, FeedProgress progress) {
    this.requested = requested;
    this.database = requested.database();
    this.progress = progress;
  }

  /** Null = no round is under way. */
  @Nullable Pass pass() {
    return pass;
  }

  boolean isUnderWay() {
    return pass != null;
  }

  boolean isWalk() {
    return pass != null && pass.slots() == null;
  }

  /** Whether its last batch brings the version chain. */
  boolean bringsChain() {
    return withChain;
  }

  /** Hands the slots to whoever sends them another way. */
  Pass take() {
    Pass taken = pass;
    pass = null;
    if (taken == null) {
      throw new IllegalStateException("no pass is under way");
    }
    return taken;
  }

  void give(Pass rest) {
    pass = rest;
  }

  /**
   * Begins the next one.
   *
   * @param backfillIsOut whether nothing of backfill is left to be sent
   * @return false if it is too large to list and may be folded
   */
  boolean begin(boolean backfillIsOut) {
    FeedPosition position = progress.position();
    Round round = position.live();
    boolean cut = round.slot() > 0;
    Pass next =
        cut ? database.passes().resumed(round) : database.passes().start(round.after(), sentBefore);
    if (next == null) {
      if (first || (!progress.loadsBackfill() && passesSinceBackfill > 0)) {
        first = false;
        return false;
      }
      next =
          cut
              ? Pass.walk(round.after(), round.until())
              : database.passes().startWalk(round.after());
    }
    withChain = requested.carriesChain() && !cut && backfillIsOut;
    if (!progress.loadsBackfill()) {
      passesSinceBackfill++;
      whole = asideLast;
      asideLast = false;
    }
    first = false;
    pass = next;
    if (!database.versioned()) {
      // What another connection sent of a round that was cut is not known here.
      sentNow.sentUpTo(round.slot(), 0);
    }
    progress.move(
        position.withLive(
            new Round(round.after(), next.until(), round.slot()), position.chained()));
    progress.stats().changes += next.until() - round.after();
    return true;
  }

  /**
   * Whether its rest may become backfill. A whole round has to have gone since the last time: else
   * a value that changes faster than it is sent would be put aside for ever.
   */
  boolean mayBePutAside() {
    return pass != null && !progress.loadsBackfill() && !whole;
  }

  /** Its rest becomes backfill, and the round after that is a whole one. */
  void putAside() {
    progress.move(progress.position().withLiveAside());
    asideLast = true;
  }

  /** What became dirty since the round was listed joins it, where it is still ahead. */
  void refresh() {
    if (pass != null && !database.versioned()) {
      pass = database.passes().refreshed(pass, sentBefore);
    }
  }

  /** A build has come so far. */
  void move(Outcome outcome, long chained, boolean ofLargeValue) {
    Round round = outcome.rounds().getFirst();
    Pass newPass = outcome.pass();
    boolean done = newPass != null && round.after() == newPass.until();
    pass = done ? null : newPass;
    progress.move(progress.position().withLive(round, chained));
    // Versions of a chain are told apart only as well as the application does: plain ones only.
    if (!database.versioned()) {
      sentNow.sentUpTo(done ? Integer.MAX_VALUE : round.slot(), sentAt(outcome, ofLargeValue));
      if (done) {
        sentBefore = sentNow.finish(round.after());
      }
    }
  }

  /**
   * The version up to which the live batch holds all changes of its slots: what became dirty after
   * the list was made is not in it. 0 = it cannot be said: parts of a large value were read one
   * after the other.
   */
  private static long sentAt(Outcome outcome, boolean ofLargeValue) {
    if (!(outcome instanceof Outcome.Ready ready) || ofLargeValue) {
      return 0;
    }
    Pass sent = ready.pass();
    return sent == null ? 0 : Math.min(ready.readVersion(), sent.listed().version());
  }

  /** Nothing is known of what was sent, and the next round is listed anew. */
  void forget() {
    pass = null;
    sentNow.forget();
    sentBefore = SentSlots.NONE;
  }

  /** Both cursor parts have changed. */
  void turned() {
    forget();
    if (progress.loadsBackfill()) {
      passesSinceBackfill = 0;
    }
  }

  /** What was missed is found out by comparing: nothing is to be folded for it. */
  void missedNothing() {
    first = false;
  }
}
