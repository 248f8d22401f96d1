package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.reconcile.BadSymbols;
import io.replicator.link.reconcile.Digest;
import io.replicator.link.reconcile.WantedIds;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileAsk;
import io.replicator.link.wire.ReconcileBegin;
import io.replicator.link.wire.ReconcileNote;
import io.replicator.link.wire.ReconcileWant;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of a client's copy with a cut, as the hub sees it. Confined to the loop.
 *
 * <pre>
 *   Begin →  CUT (when the cut is ready) →  ← Ask … Symbols →  ← Want …  WANTED →
 *            verification: ← DONE            otherwise: batches → SERVED → ← DONE
 * </pre>
 */
final class ReconcileRun {
  private static final int SHOWN_KEYS = 20;
  private static final int SHOWN_KEY_BYTES = 512;

  private final Feed feed;
  private final FeedHost host;
  private final long number;
  private final boolean verify;
  private final Cut cut;
  private final CutStream stream;
  private final Digest wantedDigest = new Digest();
  private final ReconcileNote.Builder shown = ReconcileNote.newBuilder();
  private final Set<FeedStats.Mark> batchesOut = Collections.newSetFromMap(new IdentityHashMap<>());

  private int[] wanted = new int[16];
  private int wantedSlots;
  private long wantedItems;
  private long owed;
  private boolean begun;
  private boolean allWanted;
  private boolean toldServed;
  private @Nullable Pass pass;
  private int servedTo;
  private boolean ended;

  ReconcileRun(Feed feed, FeedHost host, long number, boolean verify, Cut cut) {
    this.feed = feed;
    this.host = host;
    this.number = number;
    this.verify = verify;
    this.cut = cut;
    this.stream =
        new CutStream(
            feed.requested().number(), number, cut, host.works().counters(), this::growSketch);
  }

  Cut cut() {
    return cut;
  }

  boolean isVerification() {
    return verify;
  }

  boolean hasBegun() {
    return begun;
  }

  /** Tells the client, and the cut's content as soon as it is known. */
  void begin() {
    begun = true;
    host.addStream(stream, feed.level());
    host.send(
        Frame.newBuilder()
            .setReconcileBegin(
                ReconcileBegin.newBuilder()
                    .setFeed(feed.requested().number())
                    .setRun(number)
                    .setVerify(verify)
                    .setEpoch(cut.epoch())
                    .setSalt(ByteString.copyFrom(cut.salt())))
            .build());
    feed.requested().database().cuts().whenReady(cut, this::cutReady);
  }

  private void cutReady(@Nullable Throwable failure) {
    if (ended) {
      return;
    }
    if (failure != null) {
      feed.reconcile()
          .failed(this, "the hub could not read what it holds: " + failure.getMessage());
      return;
    }
    send(
        note(ReconcileNote.Kind.CUT)
            .setCount(cut.count())
            .setDigest(ByteString.copyFrom(cut.digest().total())));
  }

  void end() {
    if (!ended) {
      ended = true;
      cut.leave();
      if (begun) {
        host.removeStream(stream);
      }
    }
  }

  // What the client asks for.

  void take(ReconcileAsk ask) {
    requireReady("ReconcileAsk");
    long symbols = ask.getSymbols();
    if (symbols < 0 || symbols > cut.maxSymbols()) {
      throw bad(Long.toUnsignedString(symbols) + " symbols: at most " + cut.maxSymbols());
    }
    stream.ask(symbols);
    if (ask.getDigest()) {
      stream.askDigest();
    }
    if (!ask.getBuckets().isEmpty()) {
      if (ask.getBuckets().size() > Digest.BUCKETS / 8) {
        throw bad("buckets of " + ask.getBuckets().size() + " bytes: at most 128");
      }
      stream.list(BitSet.valueOf(ask.getBuckets().toByteArray()));
    }
    host.streamReady(stream);
  }

  private void growSketch() {
    feed.requested()
        .database()
        .cuts()
        .grow(
            cut,
            (int) Math.min(cut.maxSymbols(), stream.asked() + Cut.RUN_SYMBOLS),
            () -> {
              stream.grown();
              if (!ended) {
                host.streamReady(stream);
              }
            });
  }

  void take(ReconcileWant want) {
    requireReady("ReconcileWant");
    ByteString items = want.getItems();
    long[] prefixes = prefixes(want.getIds());
    int more = items.size() / 8 + prefixes.length;
    wantedItems += more;
    if (allWanted || items.size() % 8 != 0 || wantedItems > cut.count()) {
      throw bad(
          items.size()
              + " bytes of wanted items, "
              + wantedItems
              + " in all: multiples of 8, at most "
              + cut.count()
              + " and none behind the last");
    }
    host.works().counters().add(DeliveryCounter.ITEMS_WANTED, more);
    ByteBuffer buffer = items.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      cut.slotsOf(buffer.getLong(), this::want);
    }
    for (long prefix : prefixes) {
      cut.slotsOfPrefix(prefix, this::want);
    }
    if (want.getLast()) {
      allWanted = true;
      Arrays.sort(wanted, 0, wantedSlots);
      if (verify) {
        confirm();
      } else {
        tellWanted(owed);
        pass = Pass.wanted(cut.version(), Arrays.copyOf(wanted, wantedSlots));
        host.want(feed);
      }
    }
  }

  private static long[] prefixes(ByteString ids) {
    try {
      return WantedIds.decode(ids.toByteArray());
    } catch (BadSymbols e) {
      throw new ProtocolException(WireError.BAD_FRAME, String.valueOf(e.getMessage()));
    }
  }

  private void tellWanted(long confirmed) {
    send(
        shown
            .mergeFrom(note(ReconcileNote.Kind.WANTED).buildPartial())
            .setCount(confirmed)
            .setDigest(ByteString.copyFrom(wantedDigest.total())));
  }

  /**
   * Looks at the source itself before a difference is called drift: a key may have expired, or
   * changed, and no hint have come yet.
   */
  private void confirm() {
    Confirmation.of(
        host.works(),
        feed.requested().database(),
        cut,
        Arrays.copyOf(wanted, wantedSlots),
        (confirmed, keys) -> {
          if (!ended) {
            for (byte[] key : keys) {
              if (shown.getKeysCount() < SHOWN_KEYS && key.length <= SHOWN_KEY_BYTES) {
                shown.addKeys(UnsafeByteOperations.unsafeWrap(key));
              }
            }
            tellWanted(confirmed);
          }
        });
  }

  private void want(int slot) {
    ChangeIndex index = feed.requested().database().index();
    long version = index.versionOf(slot);
    if (version == 0) {
      return;
    }
    byte[] key = index.key(slot);
    if (!cut.addTo(wantedDigest, slot, key)) {
      return;
    }
    if (wantedSlots == wanted.length) {
      wanted = Arrays.copyOf(wanted, wantedSlots * 2);
    }
    wanted[wantedSlots++] = slot;
    if (version > cut.version()) {
      return; // changed since: the live lane brings it
    }
    if (index.isTombstone(slot)) {
      cut.spoil();
      return;
    }
    owed++;
  }

  // What it gets.

  /** The slots still to be sent, null if none or not yet known. */
  @Nullable Pass toServe() {
    return verify || pass == null || isServed() ? null : pass;
  }

  List<Round> rounds() {
    return List.of(new Round(0, cut.version(), servedTo));
  }

  private boolean isServed() {
    Pass all = pass;
    if (all == null) {
      return false;
    }
    int[] slots = all.slots();
    return slots == null || Pass.indexOf(slots, servedTo) >= slots.length;
  }

  /** A build has come so far; an empty list = to the end. */
  void moved(List<Round> rounds) {
    servedTo = rounds.isEmpty() ? Integer.MAX_VALUE : rounds.getFirst().slot();
  }

  void batchQueued(FeedStats.Mark mark) {
    batchesOut.add(mark);
  }

  void batchAcked(FeedStats.Mark mark) {
    batchesOut.remove(mark);
  }

  /** Says that all is served, once it is. */
  void tellServed(boolean drained) {
    if (!verify && allWanted && !toldServed && isServed() && drained && batchesOut.isEmpty()) {
      toldServed = true;
      send(note(ReconcileNote.Kind.SERVED));
    }
  }

  boolean toldServed() {
    return toldServed || (stream.asked() == 0 && !allWanted);
  }

  private void requireReady(String what) {
    if (!begun || !cut.isReady()) {
      throw bad(what + " before the cut was told");
    }
  }

  private ReconcileNote.Builder note(ReconcileNote.Kind kind) {
    return ReconcileNote.newBuilder()
        .setFeed(feed.requested().number())
        .setRun(number)
        .setKind(kind);
  }

  private void send(ReconcileNote.Builder note) {
    host.send(Frame.newBuilder().setReconcileNote(note).build());
  }

  private static ProtocolException bad(String text) {
    return new ProtocolException(WireError.BAD_REQUEST, text + " expected");
  }
}
