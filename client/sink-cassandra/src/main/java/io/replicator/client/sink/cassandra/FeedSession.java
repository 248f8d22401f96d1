package io.replicator.client.sink.cassandra;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Counters;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Sink.Presence;
import io.replicator.api.SinkException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed at the target: what is stored about it and the steps on it. Batches come one after the
 * other; the removal of leftovers may run beside them. All methods block.
 */
final class FeedSession {
  private static final Logger LOG = LoggerFactory.getLogger(FeedSession.class);

  private static final long TELL_MILLIS = 60_000;
  private static final int VERSION_BYTES = 64;

  private final FeedId feed;
  private final Cluster cluster;
  private final CassandraSinkSettings settings;
  private final InstantSource clock;
  private final Counters<SinkCounter> counters;

  /** Guards what is stored and the timestamps: a batch and the removal may both write. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable Opened opened;

  // Of batches, which come one after the other.
  private long toldLetters;
  private long toldLettersMillis;

  /** What an {@link #open} made ready. A failure gives it up. */
  private final class Opened {
    private final Cluster.Open at;
    private final FeedRows rows;
    private final FeedClock times;
    private final KnownKeys known = new KnownKeys(settings.knownKeys());
    private final Slices slices = new Slices(8L * settings.maxValueBytes());
    // Guarded by the lock.
    private StoredFeed stored;
    // What was made up because nothing is stored yet.
    private @Nullable StoredFeed unstored;
    // Backfill entries up to this version bring keys of which nothing is there; -1 = none do.
    private long freshUntil = -1;
    private long seenDowns;
    private final boolean holdsData;

    private Opened(Cluster.Open at, FeedRows rows) {
      this.at = at;
      this.rows = rows;
      this.seenDowns = at.downs().count();
      this.stored = rows.load();
      this.times = new FeedClock(clock, stored.clockLimit());
      // A stored cursor tells it without looking.
      this.holdsData =
          !stored.cursor().isNone()
              || new OldRows(at.session(), settings).areThere(feed.database());
    }

    private long nextMicros() {
      lock.lock();
      try {
        return times.next(limit -> {
          stored = stored.withClockLimit(limit);
          // One below the time given out: above all earlier ones, and nothing else uses it.
          rows.store(stored, limit - FeedClock.RESERVED_MICROS - 1, clock.millis());
        });
      } finally {
        lock.unlock();
      }
    }

    /**
     * After the loss of a node: it must still have what was stored last. What was acknowledged
     * before the cursor comes before it in the commit log, so a cursor that is there tells that its
     * data is.
     */
    private void checkAfterLoss() {
      long downs = at.downs().count();
      if (downs == seenDowns || stored.equals(unstored)) {
        return;
      }
      lock.lock();
      try {
        if (!rows.load().equals(stored)) {
          throw new SinkException(
              SinkException.Category.UNAVAILABLE,
              cluster.name()
                  + ": a node was lost and has come back without the last cursor of feed "
                  + feed.name()
                  + ", so data may be lost too: going on from the cursor that is there");
        }
        seenDowns = downs;
      } finally {
        lock.unlock();
      }
    }

    /** Changes what is stored; returns when it is. */
    private StoredFeed store(UnaryOperator<StoredFeed> change) {
      lock.lock();
      try {
        long micros = nextMicros();
        StoredFeed updated = change.apply(stored);
        rows.store(updated, micros, clock.millis());
        stored = updated;
        return updated;
      } finally {
        lock.unlock();
      }
    }
  }

  FeedSession(
      FeedId feed,
      Cluster cluster,
      CassandraSinkSettings settings,
      InstantSource clock,
      Counters<SinkCounter> counters) {
    this.feed = feed;
    this.cluster = cluster;
    this.settings = settings;
    this.clock = clock;
    this.counters = counters;
  }

  Cursor open() {
    Cluster.Open at = cluster.open();
    Opened now = new Opened(at, new FeedRows(at.session(), at.statements(), at.writer(), feed));
    if (now.stored.isNeverSeen()) {
      // Nobody knows what stands there: whatever a key may leave.
      now.stored = now.stored.withTraces(Trace.ALL);
      now.unstored = now.stored;
    }
    opened = now;
    LOG.atInfo()
        .addKeyValue("feed", feed.name())
        .addKeyValue("target", cluster.name())
        .addKeyValue("state", now.stored.state().text())
        .addKeyValue("cursor", now.stored.cursor().isNone() ? "none" : "stored")
        .log("feed open at the target");
    return now.stored.cursor();
  }

  boolean owesLeftovers() {
    Opened now = opened;
    return now != null && now.stored.state() == FeedState.LEFTOVERS;
  }

  void apply(Batch batch) {
    Opened now = required();
    try {
      now.checkAfterLoss();
      if (batch.snapshotBegin()) {
        begin(now, batch);
      }
      write(now, batch);
      finish(now, batch);
      counters.add(SinkCounter.BATCHES, 1);
    } catch (RuntimeException e) {
      opened = null;
      throw e;
    }
  }

  long removeLeftovers(Presence presence) {
    Opened now = required();
    if (!owesLeftovers()) {
      return 0;
    }
    try {
      long removed =
          new LeftoverRemoval(now.at, settings, feed, now.stored.begunMicros(), presence, counters)
              .run();
      StoredFeed stored = now.store(before -> before.withState(FeedState.LIVE));
      show(now, stored);
      LOG.atInfo()
          .addKeyValue("feed", feed.name())
          .addKeyValue("removed", removed)
          .log("leftovers of the snapshot removed");
      return removed;
    } catch (RuntimeException e) {
      opened = null;
      throw e;
    }
  }

  /** Whether the target may hold keys of the feed, as it was found when it was opened. */
  boolean holdsData() {
    Opened now = opened;
    return now != null && now.holdsData;
  }

  void read(Predicate<byte[]> covers, int keysPerSecond, Holdings.Pages pages) {
    new HoldingsReader(
            required().at.session(),
            settings,
            settings.targetDatabase(feed.database()),
            key -> feed.patterns().matches(key) && covers.test(key),
            keysPerSecond,
            pages)
        .run();
  }

  long removeStrays(List<Key> keys, Presence presence) {
    Opened now = required();
    try {
      int database = settings.targetDatabase(feed.database());
      return new StrayRemoval(now.at, database, now::nextMicros, presence, counters).run(keys);
    } catch (RuntimeException e) {
      opened = null;
      throw e;
    }
  }

  /** Whatever a snapshot before owed is settled. */
  void reconciled() {
    Opened now = required();
    if (now.stored.state() != FeedState.LIVE) {
      now.freshUntil = -1;
      show(now, now.store(before -> before.withState(FeedState.LIVE)));
    }
  }

  private Opened required() {
    Opened now = opened;
    if (now == null) {
      throw new SinkException(
          SinkException.Category.UNAVAILABLE,
          cluster.name() + ": feed " + feed.name() + " is not open at the target");
    }
    return now;
  }

  private void begin(Opened now, Batch batch) {
    boolean old = new OldRows(now.at.session(), settings).areThere(feed.database());
    now.known.clear();
    now.slices.clear();
    now.freshUntil = old ? -1 : batch.readVersion();
    now.store(before ->
        before.begun(
            old ? FeedState.LOADING_OVER_OLD : FeedState.LOADING,
            old ? before.traces() : 0,
            // What was written before is older than this, what comes is newer.
            now.times.last()));
  }

  private void write(Opened now, Batch batch) {
    if (batch.changes().isEmpty()) {
      return;
    }
    long micros = now.nextMicros();
    Writer.Group group = now.at.writer().group();
    ChangeWriter writer =
        new ChangeWriter(
            now.at.statements(),
            settings,
            feed.database(),
            micros,
            clock.millis(),
            now.stored.traces(),
            bits -> now.store(before -> before.withTraces(bits)),
            now.known,
            group,
            counters);
    for (Change change : batch.changes()) {
      boolean fresh = batch.lane() == Lane.BACKFILL && change.version() <= now.freshUntil;
      write(now, batch.lane(), change, fresh, writer);
    }
    group.await();
    writer.acknowledged();
    tellDeadLetters();
  }

  /** At most once a minute, however many there are. */
  private void tellDeadLetters() {
    long letters = counters.get(SinkCounter.DEAD_LETTERS);
    long now = clock.millis();
    if (letters > toldLetters && now - toldLettersMillis >= TELL_MILLIS) {
      LOG.atWarn()
          .addKeyValue("feed", feed.name())
          .addKeyValue("target", cluster.name())
          .addKeyValue("letters", letters)
          .log("values that do not fit were kept aside: see the reasons in table dead_letters");
      toldLetters = letters;
      toldLettersMillis = now;
    }
  }

  private void write(Opened now, Lane lane, Change change, boolean fresh, ChangeWriter writer) {
    switch (change) {
      case Change.Put put -> {
        now.slices.replaced(lane, put.key());
        writer.put(put.key(), put.version(), put.value(), put.expiresAtMillis(), fresh);
      }
      case Change.Remove remove -> {
        now.slices.replaced(lane, remove.key());
        writer.remove(remove.key(), fresh);
      }
      case Change.Part part -> {
        counters.add(SinkCounter.PARTS, 1);
        Slices.Whole whole = now.slices.add(lane, part);
        if (whole != null) {
          write(part, whole, fresh, writer);
        }
      }
    }
  }

  private void write(Change.Part last, Slices.Whole whole, boolean fresh, ChangeWriter writer) {
    if (whole.tooLarge()) {
      writer.misfit(
          last.key(),
          last.version(),
          whole.value(),
          whole.hash().finish(last.expiresAtMillis()),
          last.expiresAtMillis(),
          "the value has "
              + whole.bytes()
              + " bytes: "
              + 8L * settings.maxValueBytes()
              + " of values that arrive in parts are put together at most");
    } else {
      writer.put(last.key(), last.version(), whole.value(), last.expiresAtMillis(), fresh);
    }
  }

  private void finish(Opened now, Batch batch) {
    boolean stays =
        batch.cursor().isNone()
            && !batch.snapshotEnd()
            && batch.chain() == null
            && !batch.snapshotBegin();
    if (stays) {
      return;
    }
    now.checkAfterLoss();
    StoredFeed stored = now.store(before -> before.after(batch));
    if (batch.snapshotEnd()) {
      now.freshUntil = -1;
    }
    if (batch.chain() != null || batch.snapshotEnd()) {
      show(now, stored);
    }
  }

  /** I8: the version shows when everything of it is there and nothing that it removed. */
  private void show(Opened now, StoredFeed stored) {
    if (stored.chainVersion() < 0 || stored.state() != FeedState.LIVE) {
      return;
    }
    Writer.Group group = now.at.writer().group();
    group.send(
        now.at
            .statements()
            .version()
            .bind(
                settings.targetDatabase(feed.database()),
                stored.chainVersion(),
                Instant.ofEpochMilli(clock.millis()),
                now.nextMicros()),
        VERSION_BYTES);
    group.await();
    counters.add(SinkCounter.VERSIONS, 1);
  }
}
