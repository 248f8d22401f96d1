package io.replicator.client.receiver;

import io.replicator.link.reconcile.Decoder;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.Estimate;
import io.replicator.link.reconcile.Sketch;
import io.replicator.link.reconcile.WantedIds;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One target's copy held against the hub's cut: by symbols, or by a list of items. Its methods that
 * cost time are called by one worker at a time.
 */
final class Comparison {
  private final TargetSet.Target target;
  private final OwnSet own;
  private final Sketch sketch = new Sketch(0);
  private @Nullable Decoder decoder;
  private @Nullable Lacked lacked;
  private boolean contradicted;

  Comparison(TargetSet.Target target, OwnSet own) {
    this.target = target;
    this.own = own;
  }

  TargetSet.Target target() {
    return target;
  }

  OwnSet own() {
    return own;
  }

  /** Whether the difference is known. */
  boolean isKnown() {
    return lacked != null;
  }

  void nothingDiffers() {
    lacked = Lacked.NOTHING;
  }

  /** Once it is known. */
  Lacked lacked() {
    Lacked known = lacked;
    if (known == null) {
      throw new IllegalStateException("what " + target.sink().name() + " lacks is not known yet");
    }
    return known;
  }

  /** How many symbols it has taken. */
  int symbols() {
    Decoder now = decoder;
    return now == null ? 0 : now.symbols();
  }

  Estimate estimate() {
    Decoder now = decoder;
    return now == null ? Estimate.NOTHING : now.estimate();
  }

  boolean isStuck() {
    Decoder now = decoder;
    return contradicted || (now != null && now.state() == Decoder.State.STUCK);
  }

  /** Makes our own symbols up to this one. */
  void prepare(int symbols) {
    if (!isKnown() && symbols > sketch.size()) {
      own.extend(sketch, symbols);
    }
  }

  /** Takes runs of the hub's symbols, in order. */
  void take(List<byte[]> runs, long hubItems) {
    Decoder now = decoder;
    if (now == null) {
      now = new Decoder(hubItems);
      decoder = now;
    }
    for (byte[] run : runs) {
      if (!isKnown() && now.state() == Decoder.State.HUNGRY) {
        now.take(run, sketch);
      }
    }
    if (!isKnown() && now.state() == Decoder.State.DECODED) {
      lacked = Lacked.of(now.ids(), now.deltas(), own);
      contradicted = !isKnown();
      decoder = null;
    }
  }

  /** Takes the hub's items of these buckets; whatever differs is in them. */
  void list(long[] hubItems, BitSet buckets) {
    lacked = Lacked.of(hubItems, buckets, own);
    decoder = null;
  }

  /**
   * Whether our set without what only we have, and with what we lack, has the cut's digest. Of what
   * was wanted for all targets together, the rest is here already.
   *
   * @param wanted what was wanted for all targets, ascending
   * @param wantedTotal its digest, as the hub has it
   */
  boolean isProved(long[] wanted, byte[] wantedTotal, byte[] hubTotal) {
    Lacked known = lacked();
    Digest expected = own.digest().copy();
    BitSet gone = new BitSet(own.size());
    for (int entry : known.gone()) {
      gone.set(entry);
      own.removeFrom(expected, entry);
    }
    if (wanted.length > 0) {
      boolean byItems = known.byItems();
      SeenBefore seen = new SeenBefore(wanted);
      for (int entry = 0; entry < own.size(); entry++) {
        long here = byItems ? own.item(entry) : WantedIds.prefix(own.id(entry));
        if (seen.contains(here) && !gone.get(entry)) {
          own.removeFrom(expected, entry);
        }
      }
    }
    return Arrays.equals(Digest.sum(expected.total(), wantedTotal), hubTotal);
  }

  /** Whether a number is one of many, mostly answered by one look. */
  private static final class SeenBefore {
    private final long[] ascending;
    private final BitSet marks;
    private final int mask;

    SeenBefore(long[] ascending) {
      this.ascending = ascending;
      this.mask = Integer.highestOneBit(Math.clamp(16L * ascending.length, 64, 1 << 29)) * 2 - 1;
      this.marks = new BitSet(mask + 1);
      for (long number : ascending) {
        marks.set(place(number));
      }
    }

    boolean contains(long number) {
      return marks.get(place(number)) && Arrays.binarySearch(ascending, number) >= 0;
    }

    private int place(long number) {
      return (int) (number ^ number >>> 17) & mask;
    }
  }
}
