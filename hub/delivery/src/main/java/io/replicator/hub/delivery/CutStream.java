package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileItems;
import io.replicator.link.wire.ReconcileSymbols;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What one run has to send of its cut: symbols up to where they were asked for, the buckets of the
 * digest, items of buckets. Nothing is made before its turn comes. Confined to the loop.
 */
final class CutStream implements FrameSource {
  private static final int LISTED_ITEMS = 128;
  private static final int LOOKED_AT = 65_536;

  private final int feed;
  private final long run;
  private final Cut cut;
  private final DeliveryCounters counters;
  private final Runnable needsSymbols;

  private long asked;
  private int sentRuns;
  private boolean growing;
  private boolean digestAsked;
  private @Nullable BitSet buckets;
  private int listSlot;
  private boolean listEnded;

  /**
   * @param needsSymbols called when the cut's sketch is too short for what is asked for
   */
  CutStream(int feed, long run, Cut cut, DeliveryCounters counters, Runnable needsSymbols) {
    this.feed = feed;
    this.run = run;
    this.cut = cut;
    this.counters = counters;
    this.needsSymbols = needsSymbols;
  }

  /** So many symbols in all are asked for. */
  void ask(long symbols) {
    asked = Math.max(asked, symbols);
  }

  long asked() {
    return asked;
  }

  void askDigest() {
    digestAsked = true;
  }

  /** Who wants a list has no use for symbols any more. */
  void list(BitSet wanted) {
    asked = Math.min(asked, (long) sentRuns * Cut.RUN_SYMBOLS);
    buckets = wanted;
    listSlot = 0;
    listEnded = false;
  }

  void grown() {
    growing = false;
  }

  /** Up to where the sketch has to be for the next run. */
  int nextSymbols() {
    return (sentRuns + 1) * Cut.RUN_SYMBOLS;
  }

  @Override
  public int nextBlockBytes() {
    if (digestAsked) {
      return Digest.BUCKETS * 16;
    }
    if (buckets != null) {
      return LISTED_ITEMS * 8;
    }
    if ((long) sentRuns * Cut.RUN_SYMBOLS >= asked || growing) {
      return 0;
    }
    if (!cut.hasSymbols(nextSymbols())) {
      growing = true;
      needsSymbols.run();
      return 0;
    }
    return cut.run(sentRuns, counters).size();
  }

  @Override
  public Frame nextFrame() {
    if (digestAsked) {
      digestAsked = false;
      return Frame.newBuilder()
          .setReconcileItems(
              ReconcileItems.newBuilder()
                  .setFeed(feed)
                  .setRun(run)
                  .setDigest(UnsafeByteOperations.unsafeWrap(cut.digest().toBytes())))
          .build();
    }
    BitSet wanted = buckets;
    if (wanted != null) {
      return items(wanted);
    }
    ByteString data = cut.run(sentRuns++, counters);
    counters.add(DeliveryCounter.SYMBOLS_SENT, Cut.RUN_SYMBOLS);
    return Frame.newBuilder()
        .setReconcileSymbols(ReconcileSymbols.newBuilder().setFeed(feed).setRun(run).setData(data))
        .build();
  }

  private Frame items(BitSet wanted) {
    ByteBuffer list = ByteBuffer.allocate(LISTED_ITEMS * 8).order(ByteOrder.LITTLE_ENDIAN);
    int end = (int) Math.min(cut.slots(), listSlot + (long) LOOKED_AT);
    for (; listSlot < end && list.hasRemaining(); listSlot++) {
      long item = cut.item(listSlot);
      if (item != 0 && wanted.get(Digest.bucketOf(item))) {
        list.putLong(item);
      }
    }
    listEnded = listSlot >= cut.slots();
    if (listEnded) {
      buckets = null;
    }
    counters.add(DeliveryCounter.ITEMS_LISTED, list.position() / 8);
    return Frame.newBuilder()
        .setReconcileItems(
            ReconcileItems.newBuilder()
                .setFeed(feed)
                .setRun(run)
                .setItems(UnsafeByteOperations.unsafeWrap(list.flip()))
                .setLast(listEnded))
        .build();
  }
}
