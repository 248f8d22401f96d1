package io.replicator.hub.delivery;

import io.replicator.hub.delivery.FeedStats.Mark;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileAsk;
import io.replicator.link.wire.ReconcileNote;
import io.replicator.link.wire.ReconcileWant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The comparing side of a feed: at most one run at a time, to resync or to verify, and what the
 * client says about it. Confined to the loop.
 */
final class FeedReconcile {
  private static final int MAX_SHOWN_REASON = 200;

  private final Feed feed;
  private final FeedRequested requested;
  private final FeedHost host;
  private final DatabaseState database;
  private final FeedProgress progress;

  private @Nullable ReconcileRun run;
  private long runs;
  private boolean verifyAsked;

  /** Whether the run under way was asked for because a verification found drift. */
  private boolean repairing;

  /** Whether a run of this connection has found what was not proved. */
  private boolean refuted;

  FeedReconcile(Feed feed, FeedHost host, FeedProgress progress) {
    this.feed = feed;
    this.requested = feed.requested();
    this.database = requested.database();
    this.host = host;
    this.progress = progress;
  }

  /** Whether what the client has may be compared instead of being sent anew. */
  boolean isPossible() {
    return database.cuts().settings().enabled()
        && switch (requested.holds()) {
          case DATA -> true;
          case NOTHING -> progress.stats().keysSent > 0;
          case UNKNOWN, UNRECOGNIZED -> false;
        };
  }

  /** Takes a cut to resync by; false if there is no room for one. */
  boolean prepare() {
    end();
    Cut cut = database.cuts().acquire(requested.filter());
    if (cut == null) {
      host.works().counters().increment(DeliveryCounter.RECONCILES_GIVEN_UP);
      return false;
    }
    run = new ReconcileRun(feed, host, ++runs, false, cut);
    return true;
  }

  /** Begins the resync that was prepared. */
  void begin() {
    host.works().counters().increment(DeliveryCounter.RECONCILES);
    ReconcileRun prepared = current();
    progress.move(FeedPosition.reconcile(prepared.cut().version(), progress.kept()));
    prepared.begin();
  }

  /** The client has all it lacked. */
  void complete() {
    host.works().counters().increment(DeliveryCounter.RECONCILES_DONE);
    progress.move(progress.position().reconciled());
    progress.stats().nothingAhead();
    end();
  }

  void end() {
    ReconcileRun open = run;
    run = null;
    if (open != null) {
      open.end();
    }
  }

  /** The run of a resync under way. */
  ReconcileRun current() {
    return Objects.requireNonNull(run);
  }

  /** The run whose findings are what backfill owes, null if there is none. */
  @Nullable ReconcileRun serving() {
    return progress.position().reconciles() ? run : null;
  }

  void batchQueued(Mark mark) {
    if (run != null) {
      run.batchQueued(mark);
    }
  }

  void batchAcked(Mark mark) {
    if (run != null) {
      run.batchAcked(mark);
    }
  }

  /** A run that cannot go on. */
  void failed(ReconcileRun failed, String reason) {
    if (run != failed) {
      return;
    }
    if (failed.isVerification()) {
      refuse(reason);
    } else {
      host.works().counters().increment(DeliveryCounter.RECONCILES_GIVEN_UP);
      feed.beginSnapshot(reason);
    }
  }

  // What the client says.

  void take(ReconcileAsk ask) {
    ReconcileRun open = runOf(ask.getRun());
    if (open != null) {
      open.take(ask);
    }
  }

  void take(ReconcileWant want) {
    ReconcileRun open = runOf(want.getRun());
    if (open != null) {
      open.take(want);
    }
  }

  void take(ReconcileNote note) {
    switch (note.getKind()) {
      case VERIFY -> verify();
      case REPAIR -> repair();
      case DONE -> {
        ReconcileRun open = runOf(note.getRun());
        if (open != null) {
          done(open, note.getCount());
        }
      }
      case GIVE_UP -> {
        ReconcileRun open = runOf(note.getRun());
        if (open != null) {
          failed(open, "given up by the client: " + shortened(note.getText()));
        }
      }
      case AGAIN -> {
        ReconcileRun open = runOf(note.getRun());
        if (open != null) {
          again(open);
        }
      }
      case CUT, WANTED, SERVED, REFUSED, KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new ProtocolException(
              WireError.BAD_FRAME, "a note " + note.getKind() + " is not for a hub");
    }
  }

  /** Once a connection: whoever is wrong twice loads anew. */
  private void again(ReconcileRun open) {
    if (open.isVerification() || refuted || !(feed.state() instanceof FeedState.Reconciling)) {
      failed(open, "not proved by the client");
      return;
    }
    refuted = true;
    host.works().counters().increment(DeliveryCounter.RECONCILES_REFUTED);
    open.cut().spoil();
    feed.beginAnew("not proved");
  }

  /** Null if it is over: what is still on its way about it is left. */
  private @Nullable ReconcileRun runOf(long number) {
    if (number < 1 || number > runs) {
      throw new ProtocolException(
          WireError.BAD_FRAME, "run " + number + ": 1 to " + runs + " expected");
    }
    return number == runs ? run : null;
  }

  private void verify() {
    boolean steady =
        isSettled()
            || feed.state() instanceof FeedState.Verifying
            || (feed.state() instanceof FeedState.Opening && requested.verifyOnly());
    if (!steady || run != null) {
      refuse("the feed is being loaded");
      return;
    }
    verifyAsked = true;
    host.want(feed);
  }

  private boolean isSettled() {
    return feed.isRunning() && !progress.loadsBackfill();
  }

  /** Once all that the cut has was applied: before, a difference would be no more than delay. */
  void beginVerification() {
    if (verifyAsked && run == null) {
      verifyAsked = false;
      Cut cut = database.cuts().acquire(requested.filter());
      if (cut == null) {
        refuse("the hub has no room to compare");
        return;
      }
      run = new ReconcileRun(feed, host, ++runs, true, cut);
    }
    ReconcileRun open = run;
    if (open != null && !open.hasBegun() && isAppliedUpTo(open.cut().version())) {
      open.begin();
    }
  }

  private boolean isAppliedUpTo(long version) {
    return requested.verifyOnly()
        || progress.stats().passed(progress.position().passed()) >= version;
  }

  private void repair() {
    if (isSettled()) {
      repairing = true;
      feed.beginAnew("drift");
    } else {
      refuse("the feed is being loaded");
    }
  }

  private void done(ReconcileRun open, long differences) {
    if (open.isVerification()) {
      host.works().counters().increment(DeliveryCounter.VERIFICATIONS);
      host.works().counters().add(DeliveryCounter.DRIFT_FOUND, differences);
      progress.stats().checks.verified(host.works().loop().nowNanos(), differences);
      end();
    } else if (feed.state() instanceof FeedState.Reconciling && open.toldServed()) {
      proved(differences);
      feed.reconciled();
    } else {
      throw new ProtocolException(
          WireError.BAD_FRAME, "a reconcile cannot be done before all was served");
    }
  }

  /** The client's copy is the cut: whatever differed is mended. */
  private void proved(long differences) {
    if (repairing) {
      host.works().counters().add(DeliveryCounter.KEYS_REPAIRED, differences);
    }
    progress.stats().checks.proved(repairing ? differences : 0);
    repairing = false;
  }

  /** There will be no verification now; a resync under way goes on. */
  void refuse(String reason) {
    verifyAsked = false;
    ReconcileRun open = run;
    if (open != null && open.isVerification()) {
      end();
    }
    host.send(
        Frame.newBuilder()
            .setReconcileNote(
                ReconcileNote.newBuilder()
                    .setFeed(requested.number())
                    .setKind(ReconcileNote.Kind.REFUSED)
                    .setText(reason))
            .build());
  }

  private static String shortened(String text) {
    return text.length() <= MAX_SHOWN_REASON ? text : text.substring(0, MAX_SHOWN_REASON);
  }
}
