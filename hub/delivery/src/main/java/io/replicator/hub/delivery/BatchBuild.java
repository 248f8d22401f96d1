package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Batch.VersionList;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.hub.index.ChangeIndex;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds one batch: chooses slots, reads pages of them, a few at a time, until the budget is full
 * or the round is done, then has it encoded. Confined to the loop; every wait gives the loop back.
 *
 * <pre>
 *   choose page → read … → take entries in slot order ┬→ budget full, Skipped, Large next: cut there
 *        ↑____________________________________________┘→ round done → [chain] → encode → Ready
 * </pre>
 */
final class BatchBuild {
  private static final int MAX_PAGES = 4;
  private static final int MAX_PAGE_KEYS = 256;

  /** Key lengths, versions, kinds: about what an entry takes besides key and value. */
  private static final int ENTRY_OVERHEAD = 12;

  /** How often a versioned round is read again to get one consistent cut. */
  private static final int MAX_CUT_ATTEMPTS = 3;

  private static final Duration CUT_RETRY = Duration.ofMillis(1);

  /** Hears of the end, once, on the loop. */
  interface Listener {
    /**
     * Everything is read and where the next batch of the lane begins is known, while this one is
     * still to be encoded; the end comes later.
     */
    default void wasRead(WasRead read) {}

    void built(Outcome outcome);

    void failed(Throwable reason);
  }

  /**
   * A batch before it is encoded.
   *
   * @param rounds of the lane when it is sent
   */
  record WasRead(List<Round> rounds, long readVersion, int entries) {}

  private final BatchWorks works;
  private final Listener listener;
  private final ChangeIndex index;
  private final int startSlot;
  private final long readVersion;
  private final ArrayDeque<Page> pages = new ArrayDeque<>();
  private final List<Change> changes = new ArrayList<>();

  private BuildSpec spec;
  private SlotChooser chooser;
  private long bytes;
  private int cutAttempts;
  private boolean consistent = true;
  private boolean readAlone;
  private boolean choosing;
  private boolean ended;

  BatchBuild(BatchWorks works, BuildSpec spec, Listener listener) {
    this.works = works;
    this.spec = spec;
    this.listener = listener;
    this.index = spec.database().index();
    this.startSlot = spec.round().slot();
    this.readVersion = index.version();
    this.chooser = new SlotChooser(index, spec);
  }

  void start() {
    step();
  }

  private void step() {
    if (ended) {
      return;
    }
    if (spec.database().epoch() != spec.epoch()) {
      fail(new IllegalStateException("history lost while a batch was built"));
      return;
    }
    while (!ended && !pages.isEmpty() && pages.getFirst().isComplete()) {
      take(pages.removeFirst());
    }
    if (ended) {
      return;
    }
    if (!choosing) {
      choose();
    }
    if (pages.isEmpty() && !choosing) {
      if (chooser.exhausted()) {
        roundDone();
      } else {
        cutAt(chooser.position());
      }
    }
  }

  /** Asks for pages until the budget is probably spent. */
  private void choose() {
    while (pages.size() < MAX_PAGES && !chooser.exhausted() && wantedKeys() > 0) {
      Page page = chooser.next(Math.min(MAX_PAGE_KEYS, wantedKeys()));
      if (page.size() == 0 && !chooser.exhausted()) {
        choosing = true;
        works.loop().execute(this::chooseOn);
        return;
      }
      if (page.size() > 0) {
        pages.add(page);
        read(page, spec.budgetBytes());
      }
    }
  }

  private void chooseOn() {
    choosing = false;
    step();
  }

  private int wantedKeys() {
    long asked = 0;
    for (Page page : pages) {
      asked += page.size();
    }
    int perEntry = Math.max(1, spec.database().entryBytes());
    long left = spec.budgetBytes() - bytes - asked * perEntry;
    return left <= 0 ? 0 : (int) Math.ceilDiv(left, perEntry);
  }

  private void read(Page page, int maxBytes) {
    if (page.toRead().isEmpty()) {
      page.complete(new ReadPage(spec.round().until(), List.of()), null);
      works.loop().execute(this::step);
      return;
    }
    page.asked(index.scanNumber());
    works.counters().increment(DeliveryCounter.READ_PAGES);
    works.counters().add(DeliveryCounter.KEYS_READ, page.toRead().size());
    spec.database()
        .source()
        .read(page.toRead(), Math.max(maxBytes, spec.maxValueBytes()), spec.maxValueBytes())
        .whenComplete((result, failure) ->
            works
                .loop()
                .execute(() -> {
                  page.complete(result, failure);
                  step();
                }));
  }

  private void take(Page page) {
    Throwable failure = page.failure();
    if (failure != null) {
      works.counters().increment(DeliveryCounter.READS_FAILED);
      fail(failure);
      return;
    }
    consistent &= page.toRead().isEmpty() || page.readAt() == spec.round().until();
    long bytesBefore = bytes;
    int entriesBefore = changes.size();
    int reads = 0;
    for (int i = 0; i < page.size() && !ended; i++) {
      if (bytes >= spec.budgetBytes() && !changes.isEmpty()) {
        cutAt(page.slot(i));
      } else if (page.isTombstone(i)) {
        add(new Change.Remove(Key.of(page.key(i)), page.version(i)), 0);
      } else if (!takeRead(page, i, page.reads().get(reads++))) {
        return;
      }
    }
    if (changes.size() > entriesBefore) {
      spec.database().entriesRead(changes.size() - entriesBefore, bytes - bytesBefore);
    }
  }

  /** Whether the page goes on behind this entry. */
  private boolean takeRead(Page page, int i, Read read) {
    Key key = Key.of(page.key(i));
    long version = page.version(i);
    switch (read) {
      case Read.Present present -> {
        if (index.observe(page.slot(i), version, present.hash())) {
          works.loop().execute(spec.database()::tellMoved);
        }
        if (index.foundByRead(page.slot(i), page.key(i), page.askedInScan())) {
          works.loop().execute(spec.database()::tellMoved);
        } else if (isBuriedSince(page.slot(i), version)) {
          return true; // its removal is owed, and with it the value if it has one again
        }
        add(
            new Change.Put(key, version, present.value(), present.expiresAtMillis()),
            present.bytes());
      }
      case Read.Absent absent -> {
        if (index.markAbsent(page.slot(i), version)) {
          works.loop().execute(spec.database()::tellMoved);
        }
        add(new Change.Remove(key, version), 0);
      }
      case Read.Large large -> {
        if (changes.isEmpty()) {
          index.observeLarge(page.slot(i), version);
          end(
              new Outcome.Large(
                  spec.roundsAt(page.slot(i)),
                  spec.pass(),
                  page.slot(i),
                  version,
                  page.key(i),
                  large.bytes()));
        } else {
          cutAt(page.slot(i));
        }
        return false;
      }
      case Read.Skipped skipped -> {
        skipped(page, i);
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a scan that began after the read was asked for has found the key gone. The value read
   * may be younger than that: sent now, the removal that comes next would take it back.
   */
  private boolean isBuriedSince(int slot, long readVersion) {
    return index.versionOf(slot) > readVersion && index.isTombstone(slot);
  }

  /** The page was full: what follows is left for the next batch, or read alone if it is all. */
  private void skipped(Page page, int i) {
    if (!changes.isEmpty()) {
      cutAt(page.slot(i));
    } else if (readAlone) {
      fail(new IllegalStateException("the source does not read key " + Key.of(page.key(i))));
    } else {
      readAlone = true;
      pages.clear();
      chooser = new SlotChooser(index, spec.withSlot(page.slot(i) + 1));
      Page alone = page.only(i);
      pages.add(alone);
      read(alone, 2 * spec.maxValueBytes());
    }
  }

  private void add(Change change, int valueBytes) {
    changes.add(change);
    bytes += ENTRY_OVERHEAD + change.key().bytes().length + valueBytes;
  }

  private void cutAt(int slot) {
    finish(spec.roundsAt(slot), null);
  }

  private void roundDone() {
    if (spec.lane() == Lane.LIVE && spec.wantsChain()) {
      if (!consistent && startSlot == 0 && cutAttempts < MAX_CUT_ATTEMPTS) {
        cutAttempts++;
        works.loop().schedule(CUT_RETRY, this::readAgain);
        choosing = true;
        return;
      }
      fetchChain();
    } else if (spec.lane() == Lane.LIVE && changes.isEmpty()) {
      end(new Outcome.Nothing(spec.roundsDone(), spec.pass()));
    } else {
      finish(spec.roundsDone(), null);
    }
  }

  /** The source moved on while the round was read: takes the newer versions in and reads again. */
  private void readAgain() {
    choosing = false;
    if (ended) {
      return;
    }
    Pass fresh =
        spec.database().epoch() == spec.epoch()
            ? spec.database().passes().startFresh(spec.round().after())
            : null;
    if (fresh == null) {
      cutAttempts = MAX_CUT_ATTEMPTS;
    } else {
      spec = spec.withPass(fresh);
      changes.clear();
      bytes = 0;
      consistent = true;
      chooser = new SlotChooser(index, spec);
    }
    step();
  }

  private void fetchChain() {
    choosing = true;
    long until = spec.round().until();
    ChainLists.fetch(spec.database().source(), spec.chained(), until)
        .whenComplete(
            (lists, failure) -> works.loop().execute(() -> chainFetched(until, lists, failure)));
  }

  private void chainFetched(
      long until, @Nullable List<VersionList> lists, @Nullable Throwable failure) {
    if (lists == null) {
      fail(failure == null ? new IllegalStateException("no chain") : failure);
    } else {
      finish(spec.roundsDone(), new VersionChain(until, lists));
    }
  }

  private void finish(List<Round> roundsAfter, @Nullable VersionChain chain) {
    if (ended) {
      return;
    }
    ended = true;
    pages.clear();
    BuildSpec last = spec;
    long newest = index.version();
    listener.wasRead(new WasRead(roundsAfter, readVersion, changes.size()));
    works.encode(
        last.compression(),
        last.level(),
        last.dictionary(),
        () -> BatchContent.of(last, readVersion, changes, roundsAfter, chain),
        encoded ->
            listener.built(
                new Outcome.Ready(
                    encoded,
                    roundsAfter,
                    last.pass(),
                    chain == null ? last.chained() : chain.version(),
                    readVersion,
                    newest)),
        listener::failed);
  }

  private void end(Outcome outcome) {
    ended = true;
    pages.clear();
    works.counters().increment(DeliveryCounter.BUILDS_EMPTY);
    listener.built(outcome);
  }

  private void fail(Throwable reason) {
    if (!ended) {
      ended = true;
      pages.clear();
      listener.failed(reason);
    }
  }
}
