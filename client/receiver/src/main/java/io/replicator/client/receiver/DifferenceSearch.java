package io.replicator.client.receiver;

import com.google.protobuf.ByteString;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.reconcile.BadSymbols;
import io.replicator.link.reconcile.Costs;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.ReconcileAsk;
import io.replicator.link.wire.ReconcileItems;
import io.replicator.link.wire.ReconcileSymbols;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which items differ between the hub's cut and each of the targets' copies. Confined to
 * the loop; encoding and decoding is done by workers.
 *
 * <pre>
 *   asking for symbols ─┬─ decoded ────────────────────────────→ found
 *        ↑──── more ────┤ stuck ──→ buckets ──→ list of those ──↗
 *                       ├ more to send than a list ──→ list ───↗
 *                       └ nearly all differs ──→ too different
 * </pre>
 */
final class DifferenceSearch {
  private static final int RUN_SYMBOLS = 64;

  /** What it needs of its run. */
  interface Owner {
    void ask(ReconcileAsk.Builder ask);

    boolean isOver();

    /** Every comparison knows its difference. */
    void found();

    /** It is not worth finding: nearly everything has to come. */
    void tooDifferent(String why);

    void failed(RuntimeException failure);

    void gaveUp(String why);
  }

  private final Loop loop;
  private final Executor workers;
  private final List<Comparison> comparisons;
  private final long hubItems;
  private final Owner owner;

  private long asked;
  private final List<byte[]> arrived = new ArrayList<>();
  private long arrivedSymbols;
  private boolean estimated;
  private boolean working;
  private boolean listing;
  private @Nullable BitSet listed;
  private final List<long[]> listedItems = new ArrayList<>();
  private long listedCount;

  DifferenceSearch(
      Loop loop, Executor workers, List<Comparison> comparisons, long hubItems, Owner owner) {
    this.loop = loop;
    this.workers = workers;
    this.comparisons = comparisons;
    this.hubItems = hubItems;
    this.owner = owner;
  }

  /**
   * Begins.
   *
   * @param byList whether symbols have led astray before
   */
  void start(boolean byList) {
    if (byList) {
      askBuckets();
    } else {
      askSymbols(Costs.symbolsFor(0, 0));
    }
  }

  /** Whether it was found by lists, which leave nothing to chance but the items themselves. */
  boolean wasListed() {
    return listing;
  }

  // Symbols.

  private void askSymbols(int symbols) {
    long more =
        Math.min(Math.ceilDiv(Math.min(symbols, maxSymbols()), RUN_SYMBOLS) * 64L, maxSymbols());
    if (more <= asked) {
      return;
    }
    asked = more;
    owner.ask(ask());
    int until = (int) asked + RUN_SYMBOLS;
    work(() -> comparisons.forEach(each -> each.prepare(until)));
  }

  /** As the hub reckons it (P104). */
  private int maxSymbols() {
    return Math.ceilDiv(Math.clamp(2 * hubItems, 16_384, 1 << 26), RUN_SYMBOLS) * RUN_SYMBOLS;
  }

  void symbols(ReconcileSymbols symbols) {
    if (asked == 0) {
      throw bad("symbols that nobody asked for");
    }
    if (owner.isOver() || listing) {
      return;
    }
    arrivedSymbols += RUN_SYMBOLS;
    if (arrivedSymbols > asked + RUN_SYMBOLS) {
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
    if (owner.isOver()) {
      return;
    }
    if (failure instanceof BadSymbols bad) {
      owner.failed(new ProtocolException(WireError.BAD_FRAME, String.valueOf(bad.getMessage())));
    } else if (failure != null) {
      owner.gaveUp("comparing failed: " + failure);
    } else if (comparisons.stream().allMatch(Comparison::isKnown)) {
      owner.found();
    } else if (comparisons.stream().anyMatch(Comparison::isStuck)) {
      askBuckets();
    } else {
      goOn();
    }
  }

  private void goOn() {
    boolean tells =
        comparisons.stream()
            .allMatch(each -> each.isKnown() || each.symbols() >= Costs.HEAD_SYMBOLS);
    if (tells && !estimated) {
      estimated = true; // the rest is asked for while symbols still arrive
      askMore();
    }
    if (working || listing || owner.isOver()) {
      return;
    }
    if (!arrived.isEmpty()) {
      decode();
    } else if (arrivedSymbols >= asked && arrivedSymbols > 0) {
      askMore();
    }
  }

  private void askMore() {
    Comparison worst = comparisons.getFirst();
    for (Comparison each : comparisons) {
      boolean more = each.estimate().all() >= worst.estimate().all();
      worst = !each.isKnown() && more ? each : worst;
    }
    long differences = worst.estimate().all();
    Costs.Way way = Costs.choose(worst.estimate(), hubItems, worst.own().size());
    if (way != Costs.Way.SYMBOLS && worst.symbols() < Costs.HEAD_SYMBOLS) {
      askSymbols(Costs.HEAD_SYMBOLS); // to be sure
      return;
    }
    switch (way) {
      case SNAPSHOT -> owner.tooDifferent("about " + differences + " differences of " + hubItems);
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

  void listAll() {
    BitSet all = new BitSet(Digest.BUCKETS);
    all.set(0, Digest.BUCKETS);
    askList(all);
  }

  /** What was decoded is wrong, or nothing was: the buckets say where to look. */
  private void askBuckets() {
    listing = true;
    owner.ask(ask().setDigest(true));
  }

  private void askList(BitSet buckets) {
    listing = true;
    listed = buckets;
    owner.ask(ask().setBuckets(ByteString.copyFrom(buckets.toByteArray())));
  }

  private ReconcileAsk.Builder ask() {
    return ReconcileAsk.newBuilder().setSymbols(asked);
  }

  void items(ReconcileItems items) {
    if (!listing) {
      throw bad("a list that nobody asked for");
    }
    if (owner.isOver()) {
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
    listedCount += part.length;
    if (listedCount > hubItems) {
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

  private static ProtocolException bad(String text) {
    return new ProtocolException(WireError.BAD_FRAME, text + " in a reconcile");
  }
}
