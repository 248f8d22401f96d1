package io.replicator.client.receiver;

import io.replicator.link.reconcile.Decoder;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.Sketch;
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
  private long[] onlyTheirs = {};
  private long[] onlyOurs = {};
  private boolean known;

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
    return known;
  }

  void nothingDiffers() {
    known = true;
  }

  long[] onlyTheirs() {
    return onlyTheirs;
  }

  long[] onlyOurs() {
    return onlyOurs;
  }

  long estimate() {
    Decoder now = decoder;
    return now == null ? 0 : now.estimate();
  }

  boolean isStuck() {
    Decoder now = decoder;
    return now != null && now.state() == Decoder.State.STUCK;
  }

  /** Makes our own symbols up to this one. */
  void prepare(int symbols) {
    if (!known && symbols > sketch.size()) {
      sketch.extend(symbols, own.items(), 0, own.size());
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
      if (!known && now.state() == Decoder.State.HUNGRY) {
        now.take(run, sketch);
      }
    }
    if (!known && now.state() == Decoder.State.DECODED) {
      onlyTheirs = now.onlyTheirs();
      onlyOurs = now.onlyOurs();
      known =
          Arrays.stream(onlyOurs).allMatch(own::contains)
              && Arrays.stream(onlyTheirs).noneMatch(own::contains);
      decoder = known ? null : now;
    }
  }

  /**
   * Whether our set without what only we have, and with what we lack, has the cut's digest. Of what
   * was wanted for all targets together, the rest is here already.
   *
   * @param wanted the items wanted for all targets, ascending
   * @param wantedTotal their digest, as the hub has it
   */
  boolean isProved(long[] wanted, byte[] wantedTotal, byte[] hubTotal) {
    long[] lacked = onlyTheirs.clone();
    Arrays.sort(lacked);
    long[] here =
        Arrays.stream(wanted).filter(item -> Arrays.binarySearch(lacked, item) < 0).toArray();
    if (!Arrays.stream(here).allMatch(own::contains)) {
      return false;
    }
    Digest expected = own.digest().copy();
    own.removeFrom(expected, onlyOurs);
    own.removeFrom(expected, here);
    return Arrays.equals(Digest.sum(expected.total(), wantedTotal), hubTotal);
  }

  /** Takes the hub's items of these buckets; whatever differs is in them. */
  void list(long[] hubItems, BitSet buckets) {
    long[] theirs = hubItems.clone();
    Arrays.sort(theirs);
    long[] ours =
        Arrays.stream(own.items(), 0, own.size())
            .filter(item -> buckets.get(Digest.bucketOf(item)))
            .toArray();
    onlyTheirs = Arrays.stream(theirs).distinct().filter(item -> !own.contains(item)).toArray();
    onlyOurs = Arrays.stream(ours).filter(item -> Arrays.binarySearch(theirs, item) < 0).toArray();
    decoder = null;
    known = true;
  }
}
