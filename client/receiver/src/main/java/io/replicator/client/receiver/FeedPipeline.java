package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.link.codec.CompressedBatch;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.Dictionaries;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.Frame;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

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

  private final FeedId id;
  private final GrantedScope scope;
  private final ReceiverSettings settings;
  private final Loop loop;
  private final Executor decoders;
  private final TargetSet targets;
  private final Session session;
  private final FeedRuns runs;
  private final Leftovers leftovers;
  private final FeedCounts counts;

  private final AheadVersions ahead = new AheadVersions();
  private final FeedDatagrams datagrams = new FeedDatagrams();
  private boolean datagramsWereLast;
  private final ArrayDeque<CompressedBatch> queue = new ArrayDeque<>();
  private boolean decoding;
  private @Nullable Decoded ready;
  private boolean applying;
  private boolean backfilling;
  private boolean snapshot;
  private boolean toldCurrent;
  private long epoch;

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
    this.id = plan.id();
    this.scope =
        new GrantedScope(
            id.patterns(), KeyPatterns.of(grant.getIncludesList(), grant.getExcludesList()));
    this.snapshot = grant.getResume() == FeedGrant.Resume.SNAPSHOT;
    this.backfilling = backfilling || snapshot || grant.getResume() == FeedGrant.Resume.RECONCILE;
    this.epoch = grant.getEpoch();
    this.settings = settings;
    this.loop = loop;
    this.decoders = decoders;
    this.targets = targets;
    this.session = session;
    HubPresence presence = new HubPresence(number, scope, loop, queries);
    this.leftovers = new Leftovers(id, targets, presence, this::leftoversRemoved);
    this.counts = new FeedCounts(plan, grant, loop.nowNanos());
    boolean chainIsData = !grant.getVersioned();
    this.runs =
        new FeedRuns(
            number,
            plan,
            chainIsData,
            scope,
            loop,
            decoders,
            targets,
            compare,
            presence,
            new ComparedFeed());
  }

  /** Leftovers of a snapshot that had ended before: owed since the last session. */
  void start() {
    targets.active().forEach(target -> target.sink().granted(id, scope::covers));
    if (!snapshot && !backfilling) {
      leftovers.removeOwed();
    }
    tellIfCurrent();
    runs.start();
  }

  /** The runs of this feed: comparisons of what the targets hold with what the hub holds. */
  FeedRuns runs() {
    return runs;
  }

  FeedCounts counts() {
    return counts;
  }

  private int waitingBatches() {
    return queue.size() + (decoding ? 1 : 0) + (ready != null ? 1 : 0) + (applying ? 1 : 0);
  }

  void arrived(CompressedBatch batch) {
    counts.received(batch);
    queue.add(batch);
    step();
  }

  FeedDatagrams datagrams() {
    return datagrams;
  }

  /** A datagram came that counts. */
  void arrived(DatagramBatch datagram, Compression granted, Dictionaries dictionaries) {
    Batch batch = DatagramFormat.decode(datagram, id, granted, dictionaries);
    if (batch.epoch() != epoch) {
      datagrams.wasStale();
      return;
    }
    counts.received(datagram);
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
            id,
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
    counts.applied(taken.changes().size(), taken.readVersion(), loop.nowNanos());
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
    if (!applying && next != null && !(next.batch.snapshotBegin() && leftovers.isRemoving())) {
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
      Batch batch = compressed.decode(id, (int) settings.maxBatchBytes());
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
    if (!batch.snapshotBegin() && !runs.isOfResync(batch.epoch())) {
      throw new ProtocolException(
          WireError.BAD_BATCH,
          "feed %s: a batch of epoch %016x without the begin of a snapshot, %016x expected"
              .formatted(id.name(), batch.epoch(), epoch));
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
      List<Change> newer = datagrams.newerOnly(batch);
      if (backfilling) {
        ahead.remember(newer);
      }
      return newer.size() == batch.changes().size() ? batch : with(batch, newer);
    }
    List<Change> kept = ahead.withoutOlder(batch.changes());
    int dropped = batch.changes().size() - kept.size();
    counts.dropped(dropped);
    Batch newer = dropped == 0 ? batch : with(batch, kept);
    datagrams.backfilled(newer);
    return newer;
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
    counts.applied(batch, decoded.from.rawBytes(), loop.nowNanos());
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
    runs.applied(batch);
    if (batch.snapshotEnd()) {
      snapshot = false;
      leftovers.remove();
    } else if (backfillEnded && !leftovers.isRemoving()) {
      leftovers.removeOwed();
    }
    tellIfCurrent();
    step();
  }

  private void tellIfCurrent() {
    boolean now = !backfilling && !snapshot && !leftovers.isRemoving() && !session.ended();
    if (now && !toldCurrent) {
      session.current(id);
    }
    toldCurrent = now;
  }

  private void leftoversRemoved() {
    tellIfCurrent();
    step();
  }

  FeedProgress progress(long nowNanos) {
    return counts.progress(
        backfilling,
        snapshot,
        datagrams.staleEntries(),
        waitingBatches() + datagrams.waiting(),
        nowNanos);
  }

  private final class ComparedFeed implements FeedRuns.Feed {
    @Override
    public void send(Frame frame) {
      session.send(frame);
    }

    @Override
    public void resyncBegan() {
      backfilling = true;
      tellIfCurrent();
    }

    @Override
    public int waitingBatches() {
      return FeedPipeline.this.waitingBatches();
    }

    @Override
    public boolean isCurrent() {
      return toldCurrent;
    }

    @Override
    public boolean isOver() {
      return session.ended();
    }

    @Override
    public void compared(Compared result) {
      session.compared(id, result);
    }

    @Override
    public void notCompared(String reason) {
      session.notCompared(id, reason);
    }

    @Override
    public void failed(RuntimeException failure) {
      session.failed(failure);
    }
  }
}
