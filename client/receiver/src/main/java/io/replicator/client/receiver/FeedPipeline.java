package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Sink;
import io.replicator.link.codec.CompressedBatch;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileBegin;
import io.replicator.link.wire.ReconcileNote;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed of a session: its batches wait here in the order in which they were completed, are
 * decoded one ahead, and applied one at a time.
 *
 * <pre>
 * arrived → [queue, compressed] → decoding (executor) → [ready] → applying (sinks) → acknowledged
 *              window bounds it        one                one          one
 * </pre>
 *
 * The two lanes share the queue, so a live batch never passes one that changes both cursor parts.
 */
final class FeedPipeline {
  private static final Logger LOG = LoggerFactory.getLogger(FeedPipeline.class);

  /** What a pipeline needs of its session. */
  interface Session {
    void send(Frame frame);

    /** Every active target has the batch. */
    void applied(long batch, int blockBytes);

    /** Every active target has the content of these datagrams. */
    void datagramsApplied(List<Long> numbers);

    /** Nothing is left to load or to remove. */
    void current(FeedId feed);

    void compared(FeedId feed, Compared result);

    void notCompared(FeedId feed, String reason);

    void failed(RuntimeException failure);

    boolean ended();
  }

  /** A decoded batch and what of the wire belongs to it. */
  private record Decoded(Batch batch, CompressedBatch from) {}

  private final int number;
  private final FeedPlan plan;
  private final FeedGrant grant;
  private final GrantedScope scope;
  private final ReceiverSettings settings;
  private final Loop loop;
  private final Executor decoders;
  private final TargetSet targets;
  private final KeyQueries queries;
  private final CompareSettings compare;
  private final Session session;
  private final Verifier verifier;

  private final AheadVersions ahead = new AheadVersions();
  private final FeedDatagrams datagrams = new FeedDatagrams();
  private boolean datagramsWereLast;
  private final ArrayDeque<CompressedBatch> queue = new ArrayDeque<>();
  private final LoadRate rate;
  private final LagClock lag = new LagClock();
  private boolean decoding;
  private @Nullable Decoded ready;
  private boolean applying;
  private int leftoversOut;
  private boolean backfilling;
  private boolean snapshot;
  private boolean toldCurrent;
  private long epoch;

  /** The run under way, and how many batches must be applied before it may read the targets. */
  private @Nullable Reconciliation run;

  /** Whether the run before found what was not proved. */
  private boolean refuted;

  private long runEpoch;
  private int batchesBeforeRun;

  /** Of the load: told at the welcome, and again when it is opened. */
  private long expectedKeys;

  private long loadedKeys;
  private long liveKeys;
  private long droppedKeys;
  private long receivedBytes;
  private long rawBytes;
  private long appliedBatches;
  private long readVersion;
  private long appliedNanos = -1;

  FeedPipeline(
      int number,
      FeedPlan plan,
      FeedGrant grant,
      boolean backfilling,
      ReceiverSettings settings,
      Loop loop,
      Executor decoders,
      TargetSet targets,
      KeyQueries queries,
      CompareSettings compare,
      Session session) {
    this.number = number;
    this.plan = plan;
    this.grant = grant;
    this.scope =
        new GrantedScope(
            plan.id().patterns(), KeyPatterns.of(grant.getIncludesList(), grant.getExcludesList()));
    this.snapshot = grant.getResume() == FeedGrant.Resume.SNAPSHOT;
    this.backfilling = backfilling || snapshot || grant.getResume() == FeedGrant.Resume.RECONCILE;
    this.epoch = grant.getEpoch();
    this.expectedKeys = grant.getKeys();
    this.settings = settings;
    this.loop = loop;
    this.decoders = decoders;
    this.targets = targets;
    this.queries = queries;
    this.compare = compare;
    this.session = session;
    this.verifier = new Verifier(number, plan.id().name(), compare, loop, new VerifiedFeed());
    this.rate = new LoadRate(loop.nowNanos());
  }

  /** Leftovers of a snapshot that had ended before: owed since the last session. */
  void start() {
    targets.active().forEach(target -> target.sink().granted(plan.id(), scope::covers));
    if (!snapshot && !backfilling) {
      removeLeftovers(true);
    }
    tellIfCurrent();
    if (targets.active().stream().allMatch(target -> tells(target.sink()))) {
      verifier.start();
    }
  }

  private boolean tells(Sink sink) {
    return sink instanceof Holdings holdings && holdings.tells(plan.id());
  }

  /** What the hub says about a run: a comparison of what the targets hold with what it holds. */
  void reconcile(Frame frame) {
    Reconciliation open = run;
    switch (frame.getMessageCase()) {
      case RECONCILE_BEGIN -> beginRun(frame.getReconcileBegin());
      case RECONCILE_SYMBOLS -> {
        receivedBytes += frame.getReconcileSymbols().getData().size();
        if (open != null && open.number() == frame.getReconcileSymbols().getRun()) {
          open.symbols(frame.getReconcileSymbols());
        }
      }
      case RECONCILE_ITEMS -> {
        if (open != null && open.number() == frame.getReconcileItems().getRun()) {
          open.items(frame.getReconcileItems());
        }
      }
      case RECONCILE_NOTE -> {
        ReconcileNote note = frame.getReconcileNote();
        if (note.getKind() == ReconcileNote.Kind.REFUSED) {
          if (open != null && open.isVerification()) {
            endRun(); // a resync that has begun meanwhile goes on
          }
          verifier.refused(note.getText());
          session.notCompared(plan.id(), note.getText());
        } else if (open != null && open.number() == note.getRun()) {
          open.note(note);
        }
      }
      default -> throw new IllegalArgumentException("not about a run: " + frame.getMessageCase());
    }
  }

  private void beginRun(ReconcileBegin begin) {
    endRun();
    Reconciliation next =
        new Reconciliation(begin, loop, decoders, targets, plan, compare, refuted, new RunOwner());
    run = next;
    if (begin.getVerify()) {
      startReading(next);
      return;
    }
    // What was sent before the turn has to be applied before the targets are read.
    backfilling = true;
    tellIfCurrent();
    runEpoch = begin.getEpoch();
    batchesBeforeRun = waitingBatches() + 1;
  }

  private void startReading(Reconciliation next) {
    next.start(scope::covers, !grant.getVersioned());
  }

  private void endRun() {
    Reconciliation open = run;
    run = null;
    if (open != null) {
      open.abandon();
    }
  }

  private int waitingBatches() {
    return queue.size() + (decoding ? 1 : 0) + (ready != null ? 1 : 0) + (applying ? 1 : 0);
  }

  void blockArrived(int bytes) {
    receivedBytes += bytes;
  }

  void arrived(CompressedBatch batch) {
    if (batch.loadKeys() > 0) {
      expectedKeys = batch.loadKeys();
    }
    queue.add(batch);
    step();
  }

  FeedDatagrams datagrams() {
    return datagrams;
  }

  /** A datagram came that counts. */
  void arrived(DatagramBatch datagram, Compression granted) {
    Batch batch = DatagramFormat.decode(datagram, plan.id(), granted);
    if (batch.epoch() != epoch) {
      datagrams.wasStale();
      return;
    }
    receivedBytes += datagram.getData().size();
    rawBytes += datagram.getRawBytes();
    datagrams.arrived(datagram.getNumber(), datagram.getPassed(), batch);
    step();
  }

  /** What datagrams brought, merged; blocks that are ready get their turn in between. */
  private void applyDatagrams() {
    datagramsWereLast = true;
    FeedDatagrams.Taken taken;
    try {
      taken = datagrams.take();
      if (backfilling) {
        ahead.remember(taken.changes());
      }
    } catch (ProtocolException e) {
      session.failed(e);
      return;
    }
    applying = true;
    Runnable whenAll = () -> datagramsApplied(taken);
    if (taken.changes().isEmpty()) {
      loop.execute(whenAll);
      return;
    }
    Batch batch =
        new Batch(
            plan.id(),
            Lane.LIVE,
            epoch,
            taken.readVersion(),
            taken.changes(),
            Cursor.NONE,
            false,
            false,
            null);
    targets.callAll(sink -> sink.apply(batch), whenAll);
  }

  private void datagramsApplied(FeedDatagrams.Taken taken) {
    applying = false;
    if (session.ended()) {
      return;
    }
    liveKeys += taken.changes().size();
    readVersion = Math.max(readVersion, taken.readVersion());
    appliedNanos = loop.nowNanos();
    session.datagramsApplied(taken.numbers());
    step();
  }

  private void step() {
    if (session.ended()) {
      return;
    }
    if (!applying && datagrams.hasWaiting() && (ready == null || !datagramsWereLast)) {
      applyDatagrams();
    }
    if (!decoding && ready == null && !queue.isEmpty()) {
      decode(queue.removeFirst());
    }
    Decoded next = ready;
    if (!applying && next != null && !(next.batch.snapshotBegin() && leftoversOut > 0)) {
      ready = null;
      datagramsWereLast = false;
      apply(next);
      step();
    }
  }

  private void decode(CompressedBatch compressed) {
    decoding = true;
    try {
      decoders.execute(() -> decodeOnWorker(compressed));
    } catch (RejectedExecutionException e) {
      session.failed(e);
    }
  }

  private void decodeOnWorker(CompressedBatch compressed) {
    try {
      Batch batch = compressed.decode(plan.id(), (int) settings.maxBatchBytes());
      loop.execute(() -> decoded(new Decoded(batch, compressed)));
    } catch (RuntimeException e) {
      loop.execute(() -> session.failed(e));
    }
  }

  private void decoded(Decoded batch) {
    decoding = false;
    ready = batch;
    step();
  }

  private void apply(Decoded decoded) {
    Batch batch = decoded.batch;
    try {
      checkEpoch(batch);
      batch = newerOnly(batch);
    } catch (ProtocolException e) {
      session.failed(e);
      return;
    }
    applying = true;
    Batch toApply = batch;
    targets.callAll(sink -> sink.apply(toApply), () -> applied(toApply, decoded));
  }

  /** Versions of another epoch are worth nothing, and only a snapshot begins one. */
  private void checkEpoch(Batch batch) {
    if (batch.epoch() == epoch) {
      return;
    }
    boolean reconciled = run != null && !run.isVerification() && batch.epoch() == runEpoch;
    if (!batch.snapshotBegin() && !reconciled) {
      throw new ProtocolException(
          WireError.BAD_BATCH,
          "feed %s: a batch of epoch %016x without the begin of a snapshot, %016x expected"
              .formatted(plan.id().name(), batch.epoch(), epoch));
    }
    epoch = batch.epoch();
    ahead.clear();
    datagrams.forget();
  }

  /** I3: remembers what the live lane brings, drops what the backfill brings too late. */
  private Batch newerOnly(Batch batch) {
    byte[] backfillPart = batch.cursor().backfill();
    if (backfillPart != null && backfillPart.length > 0) {
      backfilling = true;
    }
    if (batch.lane() == Lane.LIVE) {
      List<Change> newer = datagrams.newerOnly(batch.changes());
      if (backfilling) {
        ahead.remember(newer);
      }
      return newer.size() == batch.changes().size() ? batch : with(batch, newer);
    }
    List<Change> kept = ahead.withoutOlder(batch.changes());
    int dropped = batch.changes().size() - kept.size();
    droppedKeys += dropped;
    return dropped == 0 ? batch : with(batch, kept);
  }

  private static Batch with(Batch batch, List<Change> changes) {
    return new Batch(
        batch.feed(),
        batch.lane(),
        batch.epoch(),
        batch.readVersion(),
        changes,
        batch.cursor(),
        batch.snapshotBegin(),
        batch.snapshotEnd(),
        batch.chain());
  }

  private void applied(Batch batch, Decoded decoded) {
    applying = false;
    if (session.ended()) {
      return;
    }
    count(batch, decoded);
    if (batch.lane() == Lane.BACKFILL) {
      ahead.forgetUntil(batch.readVersion());
    }
    if (batch.snapshotBegin()) {
      snapshot = true;
    }
    byte[] backfillPart = batch.cursor().backfill();
    boolean backfillEnded = backfillPart != null && backfillPart.length == 0 && backfilling;
    if (backfillEnded) {
      backfilling = false;
      ahead.clear();
    }
    session.applied(decoded.from.number(), decoded.from.data().length);
    Reconciliation open = run;
    if (open != null && batch.snapshotBegin()) {
      endRun();
    } else if (open != null) {
      open.applied(batch);
      if (batchesBeforeRun > 0 && --batchesBeforeRun == 0) {
        startReading(open);
      }
    }
    if (batch.snapshotEnd()) {
      snapshot = false;
      removeLeftovers(false);
    } else if (backfillEnded && leftoversOut == 0) {
      removeLeftovers(true);
    }
    tellIfCurrent();
    step();
  }

  private void tellIfCurrent() {
    boolean now = !backfilling && !snapshot && leftoversOut == 0 && !session.ended();
    if (now && !toldCurrent) {
      session.current(plan.id());
    }
    toldCurrent = now;
  }

  private void count(Batch batch, Decoded decoded) {
    long now = loop.nowNanos();
    int keys = batch.changes().size();
    appliedBatches++;
    rawBytes += decoded.from.rawBytes();
    readVersion = Math.max(readVersion, batch.readVersion());
    appliedNanos = now;
    switch (batch.lane()) {
      case LIVE -> liveKeys += keys;
      case BACKFILL -> {
        loadedKeys += keys;
        rate.add(keys, now);
      }
    }
  }

  private void removeLeftovers(boolean onlyIfOwed) {
    for (TargetSet.Target target : targets.active()) {
      if (!onlyIfOwed || target.sink().owesLeftovers(plan.id())) {
        leftoversOut++;
        targets.call(
            target,
            sink -> sink.removeLeftovers(plan.id(), new Presence()),
            removed -> logRemoved(target.sink(), removed),
            () -> {
              leftoversOut--;
              tellIfCurrent();
              step();
            });
      }
    }
  }

  private void logRemoved(Sink sink, long removed) {
    LOG.atInfo()
        .addKeyValue("feed", plan.id().name())
        .addKeyValue("target", sink.name())
        .addKeyValue("removed", removed)
        .log("snapshot complete, leftovers removed");
  }

  FeedProgress progress(long nowNanos) {
    return new FeedProgress(
        plan.id(),
        LevelCode.fromWire(grant.getLevel()),
        grant.getVersioned(),
        backfilling,
        snapshot,
        grant.getReason(),
        expectedKeys,
        loadedKeys,
        liveKeys,
        droppedKeys + datagrams.staleEntries(),
        receivedBytes,
        rawBytes,
        appliedBatches,
        waitingBatches() + datagrams.waiting(),
        readVersion,
        appliedNanos < 0 ? OptionalLong.empty() : OptionalLong.of(nowNanos - appliedNanos),
        rate.perSecond(nowNanos),
        backfilling ? rate.remainingSeconds(expectedKeys, nowNanos) : OptionalLong.empty(),
        lag.millis(nowNanos));
  }

  /** Compares now, if the hub will. */
  void verify() {
    verifier.ask();
  }

  LagClock lag() {
    return lag;
  }

  Verification verification() {
    return verifier.report();
  }

  private final class VerifiedFeed implements Verifier.Feed {
    @Override
    public boolean isCurrent() {
      return toldCurrent && run == null;
    }

    @Override
    public boolean isOver() {
      return session.ended();
    }

    @Override
    public void send(Frame frame) {
      session.send(frame);
    }
  }

  private final class RunOwner implements Reconciliation.Owner {
    @Override
    public void send(Frame frame) {
      session.send(frame);
    }

    @Override
    public Sink.Presence presence() {
      return new Presence();
    }

    @Override
    public void ended(Reconciliation ended, Compared result) {
      if (run == ended) {
        run = null;
      }
      refuted = ended.wasRefuted() && !ended.isVerification();
      LOG.atInfo()
          .addKeyValue("feed", plan.id().name())
          .addKeyValue("verification", ended.isVerification())
          .addKeyValue("hubKeys", result.hubKeys())
          .addKeyValue("targetKeys", result.targetKeys())
          .addKeyValue("lacking", result.lacking())
          .addKeyValue("strays", result.strays())
          .log(result.gaveUp().isEmpty() ? "compared with the hub" : "comparison given up");
      verifier.ended(ended, result);
      session.compared(plan.id(), result);
    }

    @Override
    public void failed(RuntimeException failure) {
      session.failed(failure);
    }

    @Override
    public boolean isOver() {
      return session.ended();
    }
  }

  /** The way of a sink to the hub; called on the sink's threads. */
  private final class Presence implements Sink.Presence {
    @Override
    public CompletionStage<BitSet> present(List<Key> keys) {
      List<Key> asked = List.copyOf(keys);
      CompletableFuture<BitSet> answer = new CompletableFuture<>();
      loop.execute(() -> queries.ask(number, scope, asked, answer));
      return answer;
    }

    @Override
    public boolean covers(byte[] key) {
      return scope.covers(key);
    }
  }
}
