package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Sink;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileBegin;
import io.replicator.link.wire.ReconcileNote;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of one feed, one at a time: a resync that the hub begins, or a verification that is due.
 * Says when a run may read the targets: when what was sent before its begin is applied. Confined to
 * the loop.
 */
final class FeedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(FeedRuns.class);

  /** What runs need of their feed. */
  interface Feed {
    void send(Frame frame);

    /** A resync has begun: the feed is being loaded until the hub says otherwise. */
    void resyncBegan();

    /** Batches that came and are not applied. */
    int waitingBatches();

    /** Nothing is left to load or to remove. */
    boolean isCurrent();

    boolean isOver();

    void compared(Compared result);

    void notCompared(String reason);

    void failed(RuntimeException failure);
  }

  private final FeedId id;
  private final FeedPlan plan;
  private final boolean chainIsData;
  private final GrantedScope scope;
  private final Loop loop;
  private final Executor decoders;
  private final TargetSet targets;
  private final CompareSettings settings;
  private final Sink.Presence presence;
  private final Feed feed;
  private final Verifier verifier;

  private @Nullable Reconciliation run;

  /** Whether the run before found what was not proved. */
  private boolean refuted;

  private long epoch;

  /** How many batches must be applied before the run may read the targets. */
  private int batchesBefore;

  /**
   * @param number place of the feed in the Hello
   * @param chainIsData whether keys named like a version chain are keys like others
   */
  FeedRuns(
      int number,
      FeedPlan plan,
      boolean chainIsData,
      GrantedScope scope,
      Loop loop,
      Executor decoders,
      TargetSet targets,
      CompareSettings settings,
      Sink.Presence presence,
      Feed feed) {
    this.id = plan.id();
    this.plan = plan;
    this.chainIsData = chainIsData;
    this.scope = scope;
    this.loop = loop;
    this.decoders = decoders;
    this.targets = targets;
    this.settings = settings;
    this.presence = presence;
    this.feed = feed;
    this.verifier = new Verifier(number, id.name(), settings, loop, new VerifiedFeed());
  }

  /** Verifies every so often from now on, if every target tells what it holds. */
  void start() {
    if (targets.active().stream().allMatch(target -> tells(target.sink()))) {
      verifier.start();
    }
  }

  private boolean tells(Sink sink) {
    return sink instanceof Holdings holdings && holdings.tells(id);
  }

  /** Compares now, if the hub will. */
  void verify() {
    verifier.ask();
  }

  Verification verification() {
    return verifier.report();
  }

  /** Whether batches of this epoch may come without the begin of a snapshot. */
  boolean isOfResync(long batchEpoch) {
    return run != null && !run.isVerification() && batchEpoch == epoch;
  }

  /** What the hub says about a run. */
  void handle(Frame frame) {
    switch (frame.getMessageCase()) {
      case RECONCILE_BEGIN -> begin(frame.getReconcileBegin());
      case RECONCILE_SYMBOLS -> {
        Reconciliation open = open(frame.getReconcileSymbols().getRun());
        if (open != null) {
          open.symbols(frame.getReconcileSymbols());
        }
      }
      case RECONCILE_ITEMS -> {
        Reconciliation open = open(frame.getReconcileItems().getRun());
        if (open != null) {
          open.items(frame.getReconcileItems());
        }
      }
      case RECONCILE_NOTE -> note(frame.getReconcileNote());
      default -> throw new IllegalArgumentException("not about a run: " + frame.getMessageCase());
    }
  }

  /** The run of this number if it is under way: what comes for another one is too late. */
  private @Nullable Reconciliation open(long number) {
    Reconciliation open = run;
    return open != null && open.number() == number ? open : null;
  }

  private void note(ReconcileNote note) {
    if (note.getKind() == ReconcileNote.Kind.REFUSED) {
      if (run != null && run.isVerification()) {
        abandon(); // a resync that has begun meanwhile goes on
      }
      verifier.refused(note.getText());
      feed.notCompared(note.getText());
      return;
    }
    Reconciliation open = open(note.getRun());
    if (open != null) {
      open.note(note);
    }
  }

  private void begin(ReconcileBegin begin) {
    abandon();
    Reconciliation next =
        new Reconciliation(begin, loop, decoders, targets, plan, settings, refuted, new RunOwner());
    run = next;
    if (begin.getVerify()) {
      read(next);
      return;
    }
    feed.resyncBegan();
    epoch = begin.getEpoch();
    batchesBefore = feed.waitingBatches() + 1;
  }

  private void read(Reconciliation next) {
    next.start(scope::covers, chainIsData);
  }

  private void abandon() {
    Reconciliation open = run;
    run = null;
    if (open != null) {
      open.abandon();
    }
  }

  /** A batch was applied; a snapshot that begins ends the run. */
  void applied(Batch batch) {
    Reconciliation open = run;
    if (open == null) {
      return;
    }
    if (batch.snapshotBegin()) {
      abandon();
      return;
    }
    open.applied(batch);
    if (batchesBefore > 0 && --batchesBefore == 0) {
      read(open);
    }
  }

  private final class VerifiedFeed implements Verifier.Feed {
    @Override
    public boolean isCurrent() {
      return feed.isCurrent() && run == null;
    }

    @Override
    public boolean isOver() {
      return feed.isOver();
    }

    @Override
    public void send(Frame frame) {
      feed.send(frame);
    }
  }

  private final class RunOwner implements Reconciliation.Owner {
    @Override
    public void send(Frame frame) {
      feed.send(frame);
    }

    @Override
    public Sink.Presence presence() {
      return presence;
    }

    @Override
    public void ended(Reconciliation ended, Compared result) {
      if (run == ended) {
        run = null;
      }
      refuted = ended.wasRefuted() && !ended.isVerification();
      LOG.atInfo()
          .addKeyValue("feed", id.name())
          .addKeyValue("verification", ended.isVerification())
          .addKeyValue("hubKeys", result.hubKeys())
          .addKeyValue("targetKeys", result.targetKeys())
          .addKeyValue("lacking", result.lacking())
          .addKeyValue("strays", result.strays())
          .log(result.gaveUp().isEmpty() ? "compared with the hub" : "comparison given up");
      verifier.ended(ended, result);
      feed.compared(result);
    }

    @Override
    public void failed(RuntimeException failure) {
      feed.failed(failure);
    }

    @Override
    public boolean isOver() {
      return feed.isOver();
    }
  }
}
