package io.replicator.client.receiver;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Sink;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.ItemHasher;
import io.replicator.link.reconcile.WantedIds;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileAsk;
import io.replicator.link.wire.ReconcileBegin;
import io.replicator.link.wire.ReconcileItems;
import io.replicator.link.wire.ReconcileNote;
import io.replicator.link.wire.ReconcileSymbols;
import io.replicator.link.wire.ReconcileWant;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run at the client: reads what the targets hold, finds out what differs from the hub's cut,
 * has it sent, removes what the hub does not have. Confined to the loop; reading is done by the
 * sinks.
 *
 * <pre>
 *   reading targets ─┬─ same digest ─────────────────────────────────────────────→ done
 *   CUT of the hub ──┘─ searching ─┬─ found ──→ wanting ─┬→ [batches] ──→ strays ──→ done
 *                                  │                     └ not proved ──→ again, by lists
 *                                  └ nearly all differs ──→ a snapshot
 * </pre>
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
  private static final int WANT_ITEMS = 4096;
  private static final int SHOWN_KEYS = 40;

  /** What a run needs of its feed. */
  interface Owner {
    void send(Frame frame);

    Sink.Presence presence();

    /** The run has ended: a verification with what it found, a reconcile with what it mended. */
    void ended(Reconciliation run, Compared result);

    void failed(RuntimeException failure);

    boolean isOver();
  }

  private final ReconcileBegin begin;
  private final Loop loop;
  private final Executor workers;
  private final TargetSet targets;
  private final FeedPlan plan;
  private final CompareSettings settings;
  private final boolean byList;
  private final Owner owner;
  private final List<Comparison> comparisons = new ArrayList<>();

  private boolean started;
  private int readsOut;
  private long hubItems = -1;
  private byte[] hubTotal = {};
  private @Nullable DifferenceSearch search;
  private @Nullable Strays strays;
  private long[] wanted = {};
  private boolean ended;
  private boolean refuted;
  private long lacking;
  private long strayCount;
  private final List<Key> strayKeys = new ArrayList<>();
  private final List<Key> shown = new ArrayList<>();

  /**
   * @param byList whether a run before has found something that was not proved
   */
  Reconciliation(
      ReconcileBegin begin,
      Loop loop,
      Executor workers,
      TargetSet targets,
      FeedPlan plan,
      CompareSettings settings,
      boolean byList,
      Owner owner) {
    if (begin.getSalt().size() != ItemHasher.SALT_BYTES) {
      throw new ProtocolException(
          WireError.BAD_FRAME, "a salt of " + begin.getSalt().size() + " bytes: 32 expected");
    }
    this.begin = begin;
    this.loop = loop;
    this.workers = workers;
    this.targets = targets;
    this.plan = plan;
    this.settings = settings;
    this.byList = byList;
    this.owner = owner;
  }

  long number() {
    return begin.getRun();
  }

  boolean isVerification() {
    return begin.getVerify();
  }

  /** Whether it ended because what it had found was not what differs. */
  boolean wasRefuted() {
    return refuted;
  }

  /** Nothing is done any more. */
  void abandon() {
    ended = true;
  }

  private boolean isOver() {
    return ended || owner.isOver();
  }

  // Reading.

  /** Reads every target. */
  void start(Predicate<byte[]> covers, boolean chainIsData) {
    byte[] salt = begin.getSalt().toByteArray();
    List<TargetSet.Target> all = targets.active();
    started = true;
    readsOut = all.size();
    for (TargetSet.Target target : all) {
      OwnSet own = new OwnSet(salt, settings.memoryBytes());
      targets.call(
          target,
          sink -> read(sink, covers, chainIsData, own),
          nothing -> comparisons.add(new Comparison(target, own)),
          () -> {
            readsOut--;
            readyToCompare();
          });
    }
  }

  /** A verification wants to know what the target really holds; for the rest memory will do. */
  private CompletionStage<Void> read(
      Sink sink, Predicate<byte[]> covers, boolean chainIsData, OwnSet own) {
    Holdings.Pages pages = (keys, hashes) -> own.add(keys, hashes) && !isOver();
    if (!(sink instanceof Holdings holdings)) {
      return CompletableFuture.failedFuture(
          new IllegalStateException(sink.name() + " cannot tell what it holds"));
    }
    return isVerification()
        ? holdings.read(plan.id(), covers, chainIsData, settings.keysPerSecond(), pages)
        : holdings.recall(plan.id(), covers, chainIsData, pages);
  }

  void note(ReconcileNote note) {
    switch (note.getKind()) {
      case CUT -> {
        if (hubItems >= 0 || note.getCount() < 0 || note.getDigest().size() != Digest.TOTAL_BYTES) {
          throw bad("a second CUT, or one without a digest");
        }
        hubItems = note.getCount();
        hubTotal = note.getDigest().toByteArray();
        readyToCompare();
      }
      case WANTED -> wanted(note);
      case SERVED -> {
        Strays left = strays;
        if (left == null || isVerification()) {
          throw bad("SERVED before anything was wanted");
        }
        left.remove(owner.presence(), removed -> strayCount += removed, this::finishUnlessOver);
      }
      default -> throw bad("a note " + note.getKind());
    }
  }

  private void readyToCompare() {
    if (isOver() || !started || readsOut > 0 || hubItems < 0) {
      return;
    }
    if (comparisons.isEmpty() || comparisons.stream().anyMatch(each -> each.own().isFull())) {
      giveUp("more keys than may be compared in memory");
      return;
    }
    for (Comparison each : comparisons) {
      Digest own = each.own().digest();
      if (own.count() == hubItems && Arrays.equals(own.total(), hubTotal)) {
        each.nothingDiffers();
      }
    }
    if (comparisons.stream().allMatch(Comparison::isKnown)) {
      finish();
    } else {
      DifferenceSearch next =
          new DifferenceSearch(loop, workers, comparisons, hubItems, new SearchOwner());
      search = next;
      next.start(byList);
    }
  }

  // Searching.

  void symbols(ReconcileSymbols symbols) {
    if (strays == null) {
      searching().symbols(symbols);
    }
  }

  void items(ReconcileItems items) {
    searching().items(items);
  }

  private DifferenceSearch searching() {
    DifferenceSearch open = search;
    if (open == null) {
      throw bad("symbols or a list that nobody asked for");
    }
    return open;
  }

  private final class SearchOwner implements DifferenceSearch.Owner {
    @Override
    public void ask(ReconcileAsk.Builder ask) {
      owner.send(
          Frame.newBuilder()
              .setReconcileAsk(ask.setFeed(begin.getFeed()).setRun(begin.getRun()))
              .build());
    }

    @Override
    public boolean isOver() {
      return Reconciliation.this.isOver();
    }

    @Override
    public void found() {
      want();
    }

    @Override
    public void tooDifferent(String why) {
      if (isVerification()) {
        searching().listAll();
      } else {
        giveUp(why);
      }
    }

    @Override
    public void failed(RuntimeException failure) {
      owner.failed(failure);
    }

    @Override
    public void gaveUp(String why) {
      giveUp(why);
    }
  }

  // What differs.

  private void want() {
    if (strays != null) {
      return;
    }
    strays = new Strays(loop, plan.id(), targets, comparisons);
    wanted = ofAll(Lacked::wanted);
    int from = 0;
    do {
      int to = Math.min(wanted.length, from + WANT_ITEMS);
      ReconcileWant.Builder want =
          ReconcileWant.newBuilder()
              .setFeed(begin.getFeed())
              .setRun(begin.getRun())
              .setLast(to == wanted.length);
      if (searching().wasListed()) {
        ByteBuffer part = ByteBuffer.allocate(8 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
        part.asLongBuffer().put(wanted, from, to - from);
        want.setItems(ByteString.copyFrom(part));
      } else {
        want.setIds(ByteString.copyFrom(WantedIds.encode(wanted, from, to)));
      }
      owner.send(Frame.newBuilder().setReconcileWant(want).build());
      from = to;
    } while (from < wanted.length);
  }

  private long[] ofAll(Function<Lacked, long[]> what) {
    return comparisons.stream()
        .flatMapToLong(each -> LongStream.of(what.apply(each.lacked())))
        .sorted()
        .distinct()
        .toArray();
  }

  private void wanted(ReconcileNote note) {
    Strays left = strays;
    if (left == null || note.getDigest().size() != Digest.TOTAL_BYTES) {
      throw bad("WANTED before anything was wanted");
    }
    lacking = note.getCount();
    note.getKeysList().forEach(key -> shown.add(Key.of(key.toByteArray())));
    byte[] total = note.getDigest().toByteArray();
    if (!comparisons.stream().allMatch(each -> each.isProved(wanted, total, hubTotal))) {
      refuted();
    } else if (isVerification()) {
      left.count(
          owner.presence(),
          this::foundStrays,
          failure -> giveUp("the hub did not answer: " + failure.getMessage()),
          this::finishUnlessOver);
    }
  }

  /** The odds are about one in a million for many differences: see docs/resync.md. */
  private void refuted() {
    refuted = true;
    if (isVerification() || searching().wasListed()) {
      giveUp("what was found is not what differs");
      return;
    }
    LOG.atWarn().addKeyValue("feed", plan.id().name()).log("not proved, compared again by lists");
    over(note(ReconcileNote.Kind.AGAIN), "not proved");
  }

  private void foundStrays(List<Key> keys) {
    strayCount += keys.size();
    strayKeys.addAll(keys);
    keys.stream().limit(Math.max(0, SHOWN_KEYS - shown.size())).forEach(shown::add);
  }

  /** A batch was applied while the run is under way. */
  void applied(Batch batch) {
    Strays left = strays;
    if (left != null && !isVerification()) {
      left.applied(batch);
    }
  }

  // The end.

  private void finishUnlessOver() {
    if (!isOver()) {
      finish();
    }
  }

  private void finish() {
    if (isVerification()) {
      over(note(ReconcileNote.Kind.DONE).setCount(lacking + strayCount), "");
      return;
    }
    targets.callAll(
        sink ->
            sink instanceof Holdings holdings
                ? holdings.reconciled(plan.id())
                : CompletableFuture.completedFuture(null),
        () -> {
          if (!isOver()) {
            over(note(ReconcileNote.Kind.DONE).setCount(lacking + strayCount), "");
          }
        });
  }

  private void giveUp(String why) {
    if (isOver()) {
      return;
    }
    LOG.atWarn()
        .addKeyValue("feed", plan.id().name())
        .addKeyValue("reason", why)
        .log(isVerification() ? "comparison given up" : "reconcile given up, loading anew");
    over(note(ReconcileNote.Kind.GIVE_UP).setText(why), why);
  }

  private void over(ReconcileNote.Builder note, String gaveUp) {
    ended = true;
    owner.send(Frame.newBuilder().setReconcileNote(note).build());
    long[] values =
        comparisons.stream().allMatch(Comparison::isKnown) ? ofAll(Lacked::values) : new long[0];
    long ours = comparisons.isEmpty() ? 0 : comparisons.getFirst().own().size();
    owner.ended(
        this,
        new Compared(
            gaveUp, Math.max(0, hubItems), ours, lacking, strayCount, shown, values, strayKeys));
  }

  private ReconcileNote.Builder note(ReconcileNote.Kind kind) {
    return ReconcileNote.newBuilder().setFeed(begin.getFeed()).setRun(begin.getRun()).setKind(kind);
  }

  private static ProtocolException bad(String text) {
    return new ProtocolException(WireError.BAD_FRAME, text + " in a reconcile");
  }
}
