package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Counters;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Sink.Presence;
import io.replicator.api.SinkException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed at the target: its connection, what is stored about it, and the steps on it, which take
 * turns. A step that fails gives the connection up; {@link #open} makes a new one.
 */
final class FeedSession {
  private static final Logger LOG = LoggerFactory.getLogger(FeedSession.class);

  private final FeedId feed;
  private final RedisSinkSettings settings;
  private final TargetOpener opener;
  private final LocalVersions localVersions;
  private final Counters<SinkCounter> counters;
  private final Names names;
  private final Parts parts;
  private final Dumps dumps;
  private final ChainWriter chains;
  private final LeftoverMemory memory;
  private final Turns turns = new Turns();

  // Written in the feed's turn only; read from any thread.
  private volatile @Nullable OpenTarget open;
  private volatile StoredFeed stored = StoredFeed.NEVER_SEEN;
  private volatile boolean holdsData;
  private volatile boolean closed;
  private volatile Predicate<byte[]> granted;

  FeedSession(
      FeedId feed,
      RedisSinkSettings settings,
      TargetOpener opener,
      LocalVersions localVersions,
      Counters<SinkCounter> counters) {
    this.feed = feed;
    this.settings = settings;
    this.opener = opener;
    this.localVersions = localVersions;
    this.counters = counters;
    this.names = new Names(feed, settings.prefix());
    this.parts = new Parts(names);
    this.dumps = new Dumps(names, parts);
    this.chains = new ChainWriter(settings, names);
    this.granted = key -> feed.patterns().matches(key);
    this.memory = new LeftoverMemory(settings.leftoverMemoryKeys());
  }

  CompletionStage<Cursor> open() {
    return step(() ->
        connected()
            .thenCompose(at ->
                at.target()
                    .send(Command.of(Word.DBSIZE, List.of()))
                    .thenCompose(size -> {
                      long keys = size.number();
                      return at.target()
                          .send(Command.of(Word.HGETALL, names.cursor()))
                          .thenCompose(reply -> {
                            holdsData = keys > (reply.items().isEmpty() ? 0 : 1);
                            return resumed(at, reply);
                          });
                    })));
  }

  /** Whether there was any key but the cursor when the feed was opened. */
  boolean holdsData() {
    return holdsData && !settings.flush();
  }

  CompletableFuture<Void> read(
      Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Holdings.Pages pages) {
    return HoldingsReader.of(
            opener.connector(), feed, settings, covers, chainIsData, keysPerSecond, pages)
        .run();
  }

  CompletableFuture<Long> removeStrays(List<Key> keys, Presence presence) {
    return new StrayRemoval(this, presence, counters, keys).run();
  }

  /** Whatever a snapshot before owed is settled. */
  CompletionStage<Boolean> reconciled() {
    return stored.state() == FeedState.LIVE
        ? CompletableFuture.completedFuture(true)
        : step(() -> leftoversRemoved(opened()));
  }

  /** Which source keys the hub says the feed can hold. */
  void granted(Predicate<byte[]> covers) {
    granted = covers;
  }

  boolean owesLeftovers() {
    return stored.state() == FeedState.LEFTOVERS;
  }

  CompletionStage<Boolean> apply(Batch batch) {
    return step(() -> applyNow(opened(), batch));
  }

  CompletionStage<Long> removeLeftovers(Presence presence) {
    if (!owesLeftovers()) {
      return CompletableFuture.completedFuture(0L);
    }
    return new LeftoverRemoval(this, presence, settings, counters).run();
  }

  /** For the sink's end, which closes all connections of its connector. */
  void close() {
    closed = true;
    open = null;
  }

  // What follows is for the steps of this feed.

  FeedId feed() {
    return feed;
  }

  Names names() {
    return names;
  }

  LeftoverMemory memory() {
    return memory;
  }

  StoredFeed stored() {
    return stored;
  }

  /** Runs a step in the feed's turn; if it fails the connection is given up. */
  <T> CompletableFuture<T> step(Supplier<CompletionStage<T>> action) {
    return turns
        .take(action)
        .whenComplete((result, failure) -> {
          if (failure != null) {
            drop();
          }
        });
  }

  OpenTarget opened() {
    OpenTarget at = open;
    if (at == null) {
      throw new SinkException(
          SinkException.Category.UNAVAILABLE,
          opener.name() + ": feed " + feed.name() + " is not open at the target");
    }
    return at;
  }

  /** Removes these keys; with a chain of its own the target gets a version that says so. */
  CompletableFuture<List<Reply>> remove(OpenTarget at, List<byte[]> keys) {
    CommandList removal = new CommandList(settings);
    CommandList.Group unlink = removal.group(Word.UNLINK);
    keys.forEach(unlink::add);
    unlink.end();
    if (!settings.localVersions()) {
      return at.target().execute(removal.commands());
    }
    return localVersions.execute(
        at.target(),
        version -> {
          List<Command> commands = LocalVersions.again(removal.commands());
          if (version > 0) {
            commands.addAll(chains.ofTarget(version + 1, keys, localExpiry(at)));
          }
          return commands;
        });
  }

  /**
   * Says at the target that nothing is left over any more. Until then the chain's version was not
   * shown: keys that it deleted may have been there (I8).
   */
  CompletableFuture<Boolean> leftoversRemoved(OpenTarget at) {
    StoredFeed updated = stored.withState(FeedState.LIVE);
    List<Command> commands = new ArrayList<>();
    if (!settings.localVersions() && updated.chainVersion() >= 0) {
      commands.add(chains.shows(updated.chainVersion()));
    }
    commands.addAll(updated.rewrite(feed, names));
    return at.target()
        .execute(commands)
        .thenApply(done -> {
          stored = updated;
          memory.clear();
          return true;
        });
  }

  private CompletionStage<OpenTarget> connected() {
    if (closed) {
      throw new SinkException(
          SinkException.Category.UNAVAILABLE, opener.name() + ": the sink is closed");
    }
    OpenTarget at = open;
    if (at != null && at.target().isOpen()) {
      return CompletableFuture.completedFuture(at);
    }
    drop();
    return opener
        .open(settings.targetDatabase(feed.database()), names)
        .thenApply(opened -> {
          open = opened;
          if (closed) {
            drop();
          }
          return opened;
        });
  }

  private CompletionStage<Cursor> resumed(OpenTarget at, Reply reply) {
    StoredFeed.Read read = StoredFeed.read(feed, names, reply);
    stored = read.feed();
    parts.clear();
    memory.resume(stored.state());
    LOG.atInfo()
        .addKeyValue("feed", feed.name())
        .addKeyValue("target", at.target().name())
        .addKeyValue("state", stored.state().text())
        .addKeyValue("cursor", stored.cursor().isNone() ? "none" : "stored")
        .log("feed open at the target");
    if (read.temporaries().isEmpty()) {
      return CompletableFuture.completedFuture(stored.cursor());
    }
    List<byte[]> fields = new ArrayList<>(List.of(names.cursor()));
    fields.addAll(read.temporaries());
    return at.target()
        .execute(
            List.of(Command.of(Word.UNLINK, read.temporaries()), Command.of(Word.HDEL, fields)))
        .thenApply(done -> stored.cursor());
  }

  private CompletionStage<Boolean> applyNow(OpenTarget at, Batch batch) {
    return begun(at, batch)
        .thenCompose(heldKeys ->
            dumps
                .stage(at.target(), batch)
                .thenCompose(staged -> checkedParts(at, staged))
                .thenCompose(staged -> write(at, staged, heldKeys)));
  }

  /** What a beginning snapshot does first; whether the target then holds keys that may be old. */
  private CompletableFuture<Boolean> begun(OpenTarget at, Batch batch) {
    if (!batch.snapshotBegin()) {
      return CompletableFuture.completedFuture(false);
    }
    memory.begin();
    OldData old = new OldData(at.target(), feed, granted, names, settings);
    return settings.flush()
        ? old.flush()
            .thenApply(flushed -> {
              stored = StoredFeed.NEVER_SEEN;
              return false;
            })
        : old.isThere().thenApply(there -> there || stored.state().hasOldData());
  }

  /** Slices that go on at a temporary key find it there: it may have been evicted or flushed. */
  private CompletableFuture<Dumps.Staged> checkedParts(OpenTarget at, Dumps.Staged staged) {
    Set<Key> begun = new HashSet<>();
    List<Change.Part> goingOn = new ArrayList<>();
    for (Change change : staged.batch().changes()) {
      if (change instanceof Change.Part part) {
        if (part.index() == 0) {
          begun.add(part.key());
        } else if (begun.add(part.key())) {
          goingOn.add(part);
        }
      }
    }
    if (goingOn.isEmpty()) {
      return CompletableFuture.completedFuture(staged);
    }
    List<Command> commands = new ArrayList<>();
    for (Change.Part part : goingOn) {
      byte[] temporary = names.part(staged.batch().lane(), part.key().bytes());
      commands.add(Command.of(Word.WATCH, temporary));
      commands.add(Command.of(Word.EXISTS, temporary));
    }
    return at.target()
        .askAll(commands)
        .thenApply(replies -> {
          for (int i = 0; i < goingOn.size(); i++) {
            if (replies.get(2 * i + 1).number() == 0) {
              throw Parts.lost(goingOn.get(i).key(), goingOn.get(i).index());
            }
          }
          return staged;
        });
  }

  private CompletableFuture<Boolean> write(OpenTarget at, Dumps.Staged staged, boolean heldKeys) {
    Batch batch = staged.batch();
    StoredFeed after = stored.after(batch, heldKeys, !settings.localVersions());
    memory.remember(batch, after.state());
    BatchPlan plan =
        new BatchPlan(
            batch, names, at.features(), settings, at.nowMillis(), parts, staged.refused());
    Write write = new Write(after, plan, plan.commands(), after.write(feed, names, stored));
    return execute(at, batch, write)
        .thenCompose(results -> executed(at, write, results))
        .exceptionallyCompose(failure -> undone(at, failure));
  }

  /**
   * What a batch has become.
   *
   * @param cursor null if the stored fields stay as they are
   */
  private record Write(
      StoredFeed after, BatchPlan plan, List<Command> data, @Nullable Command cursor) {

    List<Command> with(List<Command> chain) {
      List<Command> commands = LocalVersions.again(data);
      commands.addAll(chain);
      if (cursor != null) {
        commands.add(cursor.again());
      }
      return commands;
    }
  }

  private CompletableFuture<List<Reply>> execute(OpenTarget at, Batch batch, Write write) {
    if (settings.localVersions() && (write.plan.changesKeys() || batch.snapshotEnd())) {
      // A first load shows no version before it is whole: whoever reads the chain then begins
      // with everything.
      boolean first = write.after.state().isLoading();
      return localVersions.execute(
          at.target(),
          version ->
              write.with(
                  first && version == 0
                      ? List.of()
                      : chains.ofTarget(version + 1, write.plan.changedKeys(), localExpiry(at))));
    }
    Batch.VersionChain chain = settings.localVersions() ? null : batch.chain();
    List<Command> commands =
        write.with(
            chain == null
                ? List.of()
                : chains.ofSource(chain, at.nowMillis(), write.after.state() == FeedState.LIVE));
    return commands.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : at.target().execute(commands);
  }

  private CompletableFuture<Boolean> executed(OpenTarget at, Write write, List<Reply> results) {
    if (write.cursor != null
        && results.getLast().number() > write.after.fieldsAdded(feed, stored)) {
      return dataLost(at);
    }
    stored = write.after;
    if (!stored.state().hasOldData()) {
      memory.clear();
    }
    Tally tally = write.plan.tally();
    tally.add(SinkCounter.BATCHES, 1);
    tally.add(SinkCounter.BYTES, write.data.stream().mapToLong(Command::bytes).sum());
    tally.addTo(counters);
    return CompletableFuture.completedFuture(true);
  }

  /** The stored fields were gone: somebody emptied the target behind our back. */
  private CompletableFuture<Boolean> dataLost(OpenTarget at) {
    return at.target()
        .send(Command.of(Word.DEL, names.cursor()))
        .thenCompose(deleted ->
            CompletableFuture.failedFuture(
                new SinkException(
                    SinkException.Category.UNAVAILABLE,
                    at.target().name()
                        + ": the stored cursor of feed "
                        + feed.name()
                        + " was gone, so its data may be too (was the target flushed?): it is"
                        + " loaded again")));
  }

  /**
   * A batch did not come about. If Redis executed a part of it the cursor is set back to what it
   * was: the batch comes again then, and applying it twice is the same as once.
   */
  private CompletableFuture<Boolean> undone(OpenTarget at, Throwable failure) {
    memory.markIncomplete();
    SinkException reason = Failures.of(at.target().name(), failure);
    return Failures.isInside(reason)
        ? at.target()
            .execute(stored.rewrite(feed, names))
            .thenApply(done -> true)
            .exceptionally(unstored -> false)
            .thenCompose(done -> CompletableFuture.failedFuture(reason))
        : CompletableFuture.failedFuture(reason);
  }

  private long localExpiry(OpenTarget at) {
    return at.nowMillis() + settings.localVersionExpiry().toMillis();
  }

  private void drop() {
    OpenTarget at = open;
    open = null;
    if (at != null) {
      at.target().close();
    }
  }
}
