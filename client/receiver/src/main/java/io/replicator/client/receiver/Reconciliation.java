package io.replicator.client.receiver;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Sink;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.reconcile.BadSymbols;
import io.replicator.link.reconcile.Costs;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.ItemHasher;
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
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run at the client: reads what the targets hold, finds out what differs from the hub's cut,
 * has it sent, removes what the hub does not have. Confined to the loop; reading is done by the
 * sinks, encoding and decoding by workers.
 *
 * <pre>
 *   reading targets ─┬─ same digest ───────────────────────────────────────────────────→ done
 *   CUT of the hub ──┘─ asking for symbols ─┬─ decoded ──→ wanting ──→ [batches] ──→ strays ──→ done
 *                        │ too different    └─ stuck, or not proved ──→ buckets ──→ list ─↗
 *                        └──→ list of items, or a snapshot
 * </pre>
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
  private static final int WANT_ITEMS = 4096;
  private static final int ASKED_KEYS = 4096;

  /** What a run needs of its feed. */
  interface Owner {
    void send(Frame frame);

    Sink.Presence presence();

    /**
     * The run has ended: a verification, with what it found; or a reconcile, with what it mended.
     */
    void ended(Reconciliation run, Result result);

    void failed(RuntimeException failure);

    boolean isOver();
  }

  /**
   * @param hubKeys keys at the hub
   * @param targetKeys keys at the first target
   * @param lacking keys that a target lacks or has with another value
   * @param strays keys that the hub does not have
   * @param keys some of those lacking, and of the strays
   */
  record Result(
      boolean gaveUp, long hubKeys, long targetKeys, long lacking, long strays, List<Key> keys) {
    long differences() {
      return lacking + strays;
    }
  }

  private final ReconcileBegin begin;
  private final Loop loop;
  private final Executor workers;
  private final TargetSet targets;
  private final FeedPlan plan;
  private final CompareSettings settings;
  private final Owner owner;
  private final List<Comparison> comparisons = new ArrayList<>();

  private boolean started;
  private int readsOut;
  private long hubItems = -1;
  private byte[] hubTotal = {};
  private long asked;
  private final List<byte[]> arrived = new ArrayList<>();
  private long arrivedSymbols;
  private boolean working;
  private boolean listing;
  private @Nullable BitSet listed;
  private final List<long[]> listedItems = new ArrayList<>();
  private boolean wanting;
  private boolean ended;
  private long lacking;
  private long strays;
  private int straysOut;
  private final List<Key> shown = new ArrayList<>();
  private final Set<Key> broughtSince = new LinkedHashSet<>();

  Reconciliation(
      ReconcileBegin begin,
      Loop loop,
      Executor workers,
      TargetSet targets,
      FeedPlan plan,
      CompareSettings settings,
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
    this.owner = owner;
  }

  long number() {
    return begin.getRun();
  }

  boolean isVerification() {
    return begin.getVerify();
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
    int budget = isVerification() ? settings.keysPerSecond() : 0;
    byte[] salt = begin.getSalt().toByteArray();
    List<TargetSet.Target> all = targets.active();
    started = true;
    readsOut = all.size();
    for (TargetSet.Target target : all) {
      OwnSet own = new OwnSet(salt, settings.memoryBytes());
      targets.call(
          target,
          sink ->
              sink instanceof Holdings holdings
                  ? holdings.read(
                      plan.id(),
                      covers,
                      chainIsData,
                      budget,
                      (keys, hashes) -> own.add(keys, hashes) && !isOver())
                  : java.util.concurrent.CompletableFuture.failedFuture(
                      new IllegalStateException(sink.name() + " cannot tell what it holds")),
          nothing -> comparisons.add(new Comparison(target, own)),
          () -> {
            readsOut--;
            readyToCompare();
          });
    }
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
        if (!wanting || isVerification()) {
          throw bad("SERVED before anything was wanted");
        }
        removeStrays();
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
    if (allKnown()) {
      finish();
    } else {
      askSymbols(Costs.symbolsFor(0, 0));
    }
  }

  private boolean allKnown() {
    return comparisons.stream().allMatch(Comparison::isKnown);
  }

  // Symbols.

  private void askSymbols(int symbols) {
    asked = Math.ceilDiv(Math.min(symbols, maxSymbols()), 64) * 64L;
    asked = Math.min(asked, maxSymbols());
    owner.send(Frame.newBuilder().setReconcileAsk(ask().setSymbols(asked)).build());
    int until = (int) asked + 64;
    work(() -> comparisons.forEach(each -> each.prepare(until)));
  }

  /** As the hub reckons it (P104). */
  private int maxSymbols() {
    return Math.ceilDiv(Math.clamp(2 * hubItems, 16_384, 1 << 26), 64) * 64;
  }

  void symbols(ReconcileSymbols symbols) {
    if (asked == 0) {
      throw bad("symbols that nobody asked for");
    }
    if (isOver() || listing || wanting) {
      return;
    }
    arrivedSymbols += 64;
    if (arrivedSymbols > asked + 64) {
      throw bad("more than the " + asked + " symbols asked for");
    }
    arrived.add(symbols.getData().toByteArray());
    decode();
  }

  private void decode() {
    if (working || arrived.isEmpty()) {
      return;
    }
    List<byte[]> runs = List.copyOf(arrived);
    arrived.clear();
    work(() -> comparisons.forEach(each -> each.take(runs, hubItems)));
  }

  private void work(Runnable job) {
    if (working) {
      throw new IllegalStateException("two jobs at a time");
    }
    working = true;
    try {
      workers.execute(() -> {
        try {
          job.run();
          loop.execute(() -> worked(null));
        } catch (RuntimeException | OutOfMemoryError e) {
          loop.execute(() -> worked(e));
        }
      });
    } catch (RejectedExecutionException e) {
      working = false;
    }
  }

  private void worked(@Nullable Throwable failure) {
    working = false;
    if (isOver()) {
      return;
    }
    if (failure instanceof BadSymbols bad) {
      owner.failed(new ProtocolException(WireError.BAD_FRAME, String.valueOf(bad.getMessage())));
    } else if (failure != null) {
      giveUp("comparing failed: " + failure);
    } else if (allKnown()) {
      want();
    } else if (comparisons.stream().anyMatch(Comparison::isStuck)) {
      askBuckets();
    } else if (!arrived.isEmpty()) {
      decode();
    } else if (arrivedSymbols >= asked && arrivedSymbols > 0) {
      askMore();
    }
  }

  private void askMore() {
    Comparison worst = comparisons.getFirst();
    for (Comparison each : comparisons) {
      worst = !each.isKnown() && each.estimate() >= worst.estimate() ? each : worst;
    }
    long differences = worst.estimate();
    switch (Costs.choose(differences, hubItems, worst.own().size())) {
      case SNAPSHOT -> {
        if (isVerification()) {
          listAll();
        } else {
          giveUp("about " + differences + " differences of " + hubItems + " keys");
        }
      }
      case LISTING -> listAll();
      case SYMBOLS -> {
        if (arrivedSymbols >= maxSymbols()) {
          listAll();
        } else {
          askSymbols(Costs.symbolsFor(differences, (int) arrivedSymbols));
        }
      }
    }
  }

  // Lists.

  private void listAll() {
    BitSet all = new BitSet(Digest.BUCKETS);
    all.set(0, Digest.BUCKETS);
    askList(all);
  }

  /** What was decoded is wrong, or nothing was: the buckets say where to look. */
  private void askBuckets() {
    listing = true;
    owner.send(Frame.newBuilder().setReconcileAsk(ask().setDigest(true)).build());
  }

  private void askList(BitSet buckets) {
    listing = true;
    listed = buckets;
    owner.send(
        Frame.newBuilder()
            .setReconcileAsk(ask().setBuckets(ByteString.copyFrom(buckets.toByteArray())))
            .build());
  }

  private ReconcileAsk.Builder ask() {
    return ReconcileAsk.newBuilder()
        .setFeed(begin.getFeed())
        .setRun(begin.getRun())
        .setSymbols(asked);
  }

  void items(ReconcileItems items) {
    if (!listing) {
      throw bad("a list that nobody asked for");
    }
    if (isOver()) {
      return;
    }
    if (!items.getDigest().isEmpty()) {
      Digest hub = Digest.of(items.getDigest().toByteArray(), hubItems);
      BitSet differing = new BitSet(Digest.BUCKETS);
      comparisons.forEach(each -> differing.or(each.own().digest().differing(hub)));
      askList(differing);
      return;
    }
    ByteBuffer buffer = items.getItems().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long[] part = new long[buffer.remaining() / 8];
    buffer.asLongBuffer().get(part);
    listedItems.add(part);
    if (listedItems.stream().mapToLong(each -> each.length).sum() > hubItems) {
      throw bad("more than the " + hubItems + " items of the cut");
    }
    BitSet buckets = listed;
    if (items.getLast() && buckets != null) {
      long[] all = listedItems.stream().flatMapToLong(Arrays::stream).toArray();
      listedItems.clear();
      listed = null;
      work(() -> comparisons.forEach(each -> each.list(all, buckets)));
    }
  }

  // What differs.

  private void want() {
    if (wanting) {
      return;
    }
    wanting = true;
    long[] items =
        comparisons.stream()
            .flatMapToLong(each -> LongStream.of(each.onlyTheirs()))
            .distinct()
            .toArray();
    int from = 0;
    do {
      int to = Math.min(items.length, from + WANT_ITEMS);
      ByteBuffer part = ByteBuffer.allocate(8 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
      part.asLongBuffer().put(items, from, to - from);
      owner.send(
          Frame.newBuilder()
              .setReconcileWant(
                  ReconcileWant.newBuilder()
                      .setFeed(begin.getFeed())
                      .setRun(begin.getRun())
                      .setItems(ByteString.copyFrom(part))
                      .setLast(to == items.length))
              .build());
      from = to;
    } while (from < items.length);
  }

  private void wanted(ReconcileNote note) {
    if (!wanting || note.getDigest().size() != Digest.TOTAL_BYTES) {
      throw bad("WANTED before anything was wanted");
    }
    lacking = note.getCount();
    note.getKeysList().forEach(key -> shown.add(Key.of(key.toByteArray())));
    if (!listing && !isProved(note.getDigest().toByteArray())) {
      // The odds are about one in a million for many differences: see docs/resync.md.
      giveUp("what was decoded is not what differs");
    } else if (isVerification()) {
      countStrays();
    }
  }

  /** Our set without what only we have, and with what was wanted, has to have the cut's digest. */
  private boolean isProved(byte[] wantedTotal) {
    for (Comparison each : comparisons) {
      boolean alone = comparisons.size() == 1;
      if (alone) {
        Digest expected = each.own().digest().copy();
        each.own().removeFrom(expected, each.onlyOurs());
        if (!Arrays.equals(Digest.sum(expected.total(), wantedTotal), hubTotal)) {
          return false;
        }
      }
    }
    return true;
  }

  /** A batch was applied while the run is under way. */
  void applied(Batch batch) {
    if (wanting && !isVerification()) {
      for (Change change : batch.changes()) {
        broughtSince.add(change.key());
      }
    }
  }

  /** Keys that only this target has, and nobody brought. */
  private List<Key> candidates(Comparison of) {
    List<Key> keys = new ArrayList<>();
    for (long item : of.onlyOurs()) {
      Key key = of.own().key(item);
      if (!broughtSince.contains(key)) {
        keys.add(key);
      }
    }
    return keys;
  }

  private void removeStrays() {
    straysOut = 1;
    for (Comparison each : comparisons) {
      List<Key> keys = candidates(each);
      straysOut++;
      targets.call(
          each.target(),
          sink ->
              sink instanceof Holdings holdings && !keys.isEmpty()
                  ? holdings.removeStrays(plan.id(), keys, owner.presence())
                  : java.util.concurrent.CompletableFuture.completedFuture(0L),
          removed -> strays += removed,
          this::straysDone);
    }
    straysDone();
  }

  private void straysDone() {
    if (--straysOut == 0 && !isOver()) {
      finish();
    }
  }

  private void countStrays() {
    straysOut = 1;
    for (Comparison each : comparisons) {
      List<Key> keys = candidates(each);
      for (int from = 0; from < keys.size(); from += ASKED_KEYS) {
        List<Key> part = keys.subList(from, Math.min(keys.size(), from + ASKED_KEYS));
        straysOut++;
        owner
            .presence()
            .present(part)
            .whenComplete((present, failure) ->
                loop.execute(() -> {
                  if (failure == null) {
                    count(part, present);
                  }
                  straysDone();
                }));
      }
    }
    straysDone();
  }

  private void count(List<Key> keys, BitSet present) {
    for (int i = 0; i < keys.size(); i++) {
      if (!present.get(i)) {
        strays++;
        if (shown.size() < 40) {
          shown.add(keys.get(i));
        }
      }
    }
  }

  // The end.

  private void finish() {
    if (isVerification()) {
      over(note(ReconcileNote.Kind.DONE).setCount(lacking + strays), false);
      return;
    }
    targets.callAll(
        sink ->
            sink instanceof Holdings holdings
                ? holdings.reconciled(plan.id())
                : java.util.concurrent.CompletableFuture.completedFuture(null),
        () -> {
          if (!isOver()) {
            over(note(ReconcileNote.Kind.DONE).setCount(lacking + strays), false);
          }
        });
  }

  private void giveUp(String why) {
    LOG.atWarn()
        .addKeyValue("feed", plan.id().name())
        .addKeyValue("reason", why)
        .log(isVerification() ? "comparison given up" : "reconcile given up, loading anew");
    over(note(ReconcileNote.Kind.GIVE_UP).setText(why), true);
  }

  private void over(ReconcileNote.Builder note, boolean gaveUp) {
    ended = true;
    owner.send(Frame.newBuilder().setReconcileNote(note).build());
    long ours = comparisons.isEmpty() ? 0 : comparisons.getFirst().own().size();
    owner.ended(
        this, new Result(gaveUp, Math.max(0, hubItems), ours, lacking, strays, List.copyOf(shown)));
  }

  private ReconcileNote.Builder note(ReconcileNote.Kind kind) {
    return ReconcileNote.newBuilder().setFeed(begin.getFeed()).setRun(begin.getRun()).setKind(kind);
  }

  private static ProtocolException bad(String text) {
    return new ProtocolException(WireError.BAD_FRAME, text + " in a reconcile");
  }
}
