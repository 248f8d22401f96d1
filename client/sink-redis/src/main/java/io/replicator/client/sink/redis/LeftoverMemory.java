package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Change;

/**
 * What a feed knows about its keys while old data may be at the target: which ones the snapshot (or
 * a live change) has brought. What is not in it may be a leftover. Used in the feed's turn only.
 */
final class LeftoverMemory {
  /** Keys applied during one page of the removal; more, and the page is looked at again. */
  private static final int PAGE_LIMIT = 1_000_000;

  private final AppliedKeys applied;
  private final AppliedKeys sincePage = new AppliedKeys(PAGE_LIMIT);

  LeftoverMemory(int limit) {
    this.applied = new AppliedKeys(limit);
  }

  /** A snapshot begins: whatever was known is of the one before. */
  void begin() {
    applied.clear();
    sincePage.clear();
    known = true;
  }

  // Whether this process saw the snapshot begin.
  private boolean known;

  /** The feed was opened anew in this state. */
  void resume(FeedState state) {
    if (!state.hasOldData()) {
      clear();
    } else if (!known) {
      applied.markIncomplete();
    }
  }

  void clear() {
    applied.clear();
    if (!watching) {
      sincePage.clear();
    }
    known = false;
  }

  // Whether strays are looked up, in whatever state the feed is.
  private volatile boolean watching;

  /** From now on it is remembered what is applied, until {@link #unwatch}. */
  void watch() {
    sincePage.clear();
    watching = true;
  }

  void unwatch() {
    watching = false;
  }

  void markIncomplete() {
    applied.markIncomplete();
  }

  /** Takes note of a batch before it is sent: from then on its keys are no leftovers. */
  void remember(Batch batch, FeedState state) {
    boolean oldData = state.hasOldData();
    if (!oldData && !watching) {
      return;
    }
    for (Change change : batch.changes()) {
      switch (change) {
        case Change.Put put -> remember(put.key().bytes(), oldData);
        case Change.Part part -> remember(part.key().bytes(), oldData);
        case Change.Remove remove -> {}
      }
    }
    Batch.VersionChain chain = batch.chain();
    if (chain != null) {
      chain.lists().forEach(list -> remember(Names.chainList(list.version()), oldData));
    }
  }

  void beginPage() {
    sincePage.clear();
  }

  /** Whether it is known of everything applied since {@link #beginPage}. */
  boolean knowsPage() {
    return sincePage.isComplete();
  }

  boolean wasApplied(byte[] sourceKey) {
    long hash = Names.hash(sourceKey);
    return applied.contains(hash) || sincePage.contains(hash);
  }

  /** Whether a key that is not in it was surely not applied. */
  boolean isComplete() {
    return applied.isComplete();
  }

  private void remember(byte[] sourceKey, boolean oldData) {
    long hash = Names.hash(sourceKey);
    if (oldData) {
      applied.add(hash);
    }
    sincePage.add(hash);
  }
}
