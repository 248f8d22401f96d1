package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Source;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.hub.index.IndexSettings;
import io.replicator.link.reconcile.ItemHasher;
import io.replicator.link.transport.Loop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database at the hub: its change index, kept by what the source tells, and the identity of its
 * history. Confined to the loop.
 *
 * <p>Feeds run only once the first scan is complete: before that "everything" is not known, and no
 * cursor of this history can exist that would have to be resumed.
 */
final class DatabaseState {
  private static final Logger log = LoggerFactory.getLogger(DatabaseState.class);

  /** What is done before the loop gets its turn again: about a millisecond. */
  private static final int KEYS_PER_SLICE = 1024;

  private static final int ROWS_PER_SLICE = 16_384;

  /** Clients that wait for a load have their turn before values are hashed ahead. */
  private static final Duration AHEAD_AFTER = Duration.ofMillis(500);

  private static final Duration CHAIN_RETRY = Duration.ofSeconds(1);

  /** "Replicat" and the database: the same in every hub, since versions belong to the data. */
  private static final long VERSIONED_EPOCH = 0x5265706c_69636174L;

  /** Who hears of the database. */
  interface Follower {
    /** The index has a newer version, or the database became ready. */
    void moved();

    /** All positions are worth nothing. */
    void historyLost(String reason);
  }

  private final Source source;
  private final DatabaseSettings settings;
  private final Loop loop;
  private final RandomGenerator random;
  private final DeliveryCounters counters;
  private final SourceInbox inbox;
  private final VersionClock clock = new VersionClock();
  private final Set<Follower> followers = new LinkedHashSet<>();
  private final Passes passes;
  private final LargeFailures largeFailures = new LargeFailures();
  private final LargeReads largeReads = new LargeReads();
  private final ChainMarks marks = new ChainMarks();
  private @Nullable Cuts cuts;
  private @Nullable DictionaryShelf dictionaries;

  private ChangeIndex index;
  private long epoch;
  private long slots;
  private byte[] salt;
  private boolean ready;
  private boolean endingScan;
  private boolean fetchingChain;
  private long knownVersion;
  private long chainHorizon;
  private boolean closed;
  private String scanReason = "";
  private long scanChanged;
  private @Nullable LastScan lastRepair;
  private final int maxTombstones;
  private long toldVersion;
  private double entryBytes = 256;

  DatabaseState(
      Source source,
      DatabaseSettings settings,
      DeliverySettings delivery,
      Loop loop,
      RandomGenerator random,
      DeliveryCounters counters) {
    this.source = source;
    this.settings = settings;
    this.loop = loop;
    this.random = random;
    this.counters = counters;
    this.inbox = new SourceInbox(loop, this::drain);
    this.passes = new Passes(() -> index, delivery, loop, this::tell);
    this.maxTombstones = delivery.maxTombstones();
    this.index = newIndex();
    this.slots = random.nextLong();
    this.salt = newSalt();
    this.epoch = source.versioned() ? VERSIONED_EPOCH + source.database() : random.nextLong();
  }

  void start() {
    source.start(inbox);
  }

  Source source() {
    return source;
  }

  DatabaseSettings settings() {
    return settings;
  }

  ChangeIndex index() {
    return index;
  }

  LargeFailures largeFailures() {
    return largeFailures;
  }

  /** Large values on their way in slices. */
  LargeReads largeReads() {
    return largeReads;
  }

  int database() {
    return source.database();
  }

  boolean versioned() {
    return source.versioned();
  }

  boolean ready() {
    return ready;
  }

  long epoch() {
    return epoch;
  }

  long slots() {
    return slots;
  }

  /** Secret of this history: what its items are hashed under. */
  byte[] salt() {
    return salt;
  }

  void use(Cuts newCuts, DictionaryShelf newDictionaries) {
    cuts = newCuts;
    dictionaries = newDictionaries;
  }

  DictionaryShelf dictionaries() {
    return Objects.requireNonNull(dictionaries);
  }

  Cuts cuts() {
    return Objects.requireNonNull(cuts);
  }

  long version() {
    return index.version();
  }

  long horizon() {
    return Math.max(index.horizon(), chainHorizon);
  }

  SourceInbox inbox() {
    return inbox;
  }

  Resume.History history() {
    return new Resume.History(epoch, slots, index.version(), horizon(), marks);
  }

  /** What a client brings back to go on from this position. */
  Cursor cursor(FeedPosition position) {
    return CursorCodec.cursor(epoch, slots, position, marks.of(position.live().until()));
  }

  ChainMarks marks() {
    return marks;
  }

  double lagSeconds(long passedVersion) {
    return clock.ageNanos(passedVersion, index.version(), loop.nowNanos()) / 1e9;
  }

  /** The last scan that repaired something, or was to. */
  Optional<LastScan> lastRepair() {
    return Optional.ofNullable(lastRepair);
  }

  void follow(Follower follower) {
    followers.add(follower);
  }

  void unfollow(Follower follower) {
    followers.remove(follower);
  }

  /** Begins live rounds. */
  Passes passes() {
    return passes;
  }

  /** A read found that the key changed and the source has not told yet. */
  void changedUnhinted(byte[] key) {
    index.touch(key, versioned() ? Math.max(1, index.version()) : index.version() + 1);
    tellMoved();
  }

  /** Tells the followers if the version moved; called by whoever may have moved it. */
  void tellMoved() {
    if (index.version() == toldVersion || !ready) {
      return;
    }
    toldVersion = index.version();
    clock.sample(toldVersion, loop.nowNanos());
    passes.moved(followers.size());
  }

  private void tell() {
    passes.tick(horizon());
    List.copyOf(followers).forEach(Follower::moved);
  }

  /** How long a live batch is worth keeping for others that begin at the same tick. */
  Duration shareLiveFor(Duration least) {
    return passes.shareLiveFor(least, followers.size());
  }

  /** About what an entry of a batch takes, from what was read so far. */
  int entryBytes() {
    return (int) entryBytes;
  }

  void entriesRead(int entries, long bytes) {
    entryBytes += (bytes / (double) entries - entryBytes) * Math.min(1, entries / 256.0);
  }

  void close() {
    closed = true;
    inbox.close();
    source.close();
  }

  /** Takes in what the source told, a slice at a time. */
  private void drain() {
    int budget = KEYS_PER_SLICE;
    while (budget > 0 && !closed && !fetchingChain) {
      if (endingScan && !endScanSlice()) {
        break;
      }
      SourceEvent event = inbox.poll(budget);
      if (event == null) {
        tellMoved();
        return;
      }
      budget -= 1 + apply(event);
    }
    tellMoved();
    if (!closed && !fetchingChain) {
      loop.execute(this::drain);
    }
  }

  /** Returns about how many keys it cost. */
  private int apply(SourceEvent event) {
    switch (event) {
      case SourceEvent.Changed(LinkedHashSet<Key> keys) -> {
        keys.forEach(key -> index.touch(key.bytes()));
        return keys.size();
      }
      case SourceEvent.ScanBegan(String reason) -> {
        // a sweep is routine and comes every few seconds
        (reason.equals("sweep") ? log.atDebug() : log.atInfo())
            .addKeyValue("database", database())
            .addKeyValue("reason", reason)
            .log("scan");
        index.beginScan();
        scanReason = reason;
        scanChanged = 0;
      }
      case SourceEvent.Scanned(List<byte[]> keys, long[] hashes) -> {
        for (int i = 0; i < keys.size(); i++) {
          scanChanged += index.seen(keys.get(i), hashes[i]) ? 1 : 0;
        }
        return keys.size();
      }
      case SourceEvent.ScanEnded() -> endingScan = true;
      case SourceEvent.Versions(List<VersionList> lists) -> {
        return applyVersions(lists);
      }
      case SourceEvent.VersionKnown(long version, long horizon) -> versionKnown(version, horizon);
      case SourceEvent.HistoryLost(String reason) -> loseHistory(reason);
    }
    return 1;
  }

  private int applyVersions(List<VersionList> lists) {
    int keys = 0;
    for (VersionList list : lists) {
      if (list.version() > index.version()) {
        list.keys().forEach(key -> index.touch(key.bytes(), list.version()));
        index.advanceTo(list.version());
        marks.add(list);
        keys += list.keys().size();
      }
    }
    return keys;
  }

  /** Versions up to the horizon are not told apart: everything scanned is at least as old as it. */
  private void versionKnown(long version, long horizon) {
    if (version < index.version()) {
      loseHistory("version went back from " + index.version() + " to " + version);
    }
    knownVersion = version;
    if (horizon > index.version()) {
      chainHorizon = horizon;
      index.advanceTo(horizon);
    }
  }

  private boolean endScanSlice() {
    if (!index.endScan(ROWS_PER_SLICE)) {
      return false;
    }
    endingScan = false;
    if (index.version() < knownVersion) {
      fetchChain();
      return false;
    }
    becomeReady();
    return true;
  }

  /** The scan says what there is, only the chain says what changed up to the version known. */
  private void fetchChain() {
    fetchingChain = true;
    long from = index.version();
    long until = knownVersion;
    source
        .chain(from, until)
        .whenComplete(
            (lists, failure) -> loop.execute(() -> chainFetched(from, until, lists, failure)));
  }

  private void chainFetched(
      long from, long until, @Nullable List<VersionList> lists, @Nullable Throwable failure) {
    if (closed) {
      return;
    }
    if (lists == null) {
      log.atWarn()
          .addKeyValue("database", database())
          .addKeyValue("reason", String.valueOf(failure))
          .log("cannot read the version chain, trying again");
      loop.schedule(CHAIN_RETRY, this::fetchChain);
      return;
    }
    fetchingChain = false;
    applyVersions(lists);
    if (lists.size() < until - from) {
      // Lists ended meanwhile: what changed in them is in the scan, but since when is not known.
      chainHorizon = until;
    }
    index.advanceTo(Math.max(index.version(), until));
    becomeReady();
    drain();
  }

  private void becomeReady() {
    counters.increment(DeliveryCounter.SCANS);
    if (!scanReason.equals("sweep") || scanChanged > 0) {
      lastRepair = new LastScan(scanReason, loop.unixMillis(), scanChanged);
    }
    if (index.version() == 0) {
      index.advanceTo(1);
    }
    if (!ready) {
      ready = true;
      toldVersion = 0;
      log.atInfo()
          .addKeyValue("database", database())
          .addKeyValue("keys", index.liveKeys())
          .addKeyValue("version", index.version())
          .log("database is ready");
      loop.schedule(
          AHEAD_AFTER,
          () -> {
            if (!closed) {
              cuts().prepare();
            }
          });
    }
  }

  private void loseHistory(String reason) {
    counters.increment(DeliveryCounter.HISTORIES_LOST);
    log.atWarn()
        .addKeyValue("database", database())
        .addKeyValue("reason", reason)
        .log("history lost, feeds start again from a snapshot");
    index = newIndex();
    marks.clear();
    epoch = random.nextLong();
    slots = random.nextLong();
    salt = newSalt();
    cuts().clear();
    chainHorizon = 0;
    knownVersion = 0;
    ready = false;
    endingScan = false;
    toldVersion = 0;
    passes.clear();
    List.copyOf(followers).forEach(follower -> follower.historyLost(reason));
  }

  private byte[] newSalt() {
    byte[] bytes = new byte[ItemHasher.SALT_BYTES];
    ByteBuffer words = ByteBuffer.wrap(bytes);
    while (words.hasRemaining()) {
      words.putLong(random.nextLong());
    }
    return bytes;
  }

  private ChangeIndex newIndex() {
    IndexSettings usual = source.versioned() ? IndexSettings.ofVersioned() : IndexSettings.plain();
    return new ChangeIndex(usual.withMaxTombstones(maxTombstones));
  }
}
