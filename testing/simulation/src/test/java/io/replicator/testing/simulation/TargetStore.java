package io.replicator.testing.simulation;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.transport.Loop;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a target keeps over restarts of its client: data, cursors, and what is owed of snapshots; a
 * batch is applied with its cursor in one step. Judges every step: no key goes back (I3), the lanes
 * keep to their parts, the cursor tells the truth (I4), a version is shown when it is complete
 * (I8).
 */
final class TargetStore {
  /** How far a feed's snapshot is at this target. */
  enum Phase {
    LOADED,
    LOADING,
    LEFTOVERS
  }

  /** A feed as it is stored. */
  static final class StoredFeed {
    Cursor cursor = Cursor.NONE;
    Phase phase = Phase.LOADED;

    /** Came, and waits until the leftovers are gone. */
    Batch.@Nullable VersionChain chain;

    /** Keys that came since the snapshot began. */
    final Set<Key> brought = new HashSet<>();

    /** The newest version of each key that came in this epoch. */
    final Map<Key, Long> newest = new HashMap<>();

    /** A datagram may bring again what is there and confirmed by now. */
    boolean isRepeated(Batch batch, Change change) {
      return batch.lane() == Lane.LIVE
          && batch.cursor().isNone()
          && newest.getOrDefault(change.key(), 0L) >= change.version();
    }

    private void came(Change change) {
      brought.add(change.key());
      if (!(change instanceof Change.Part part) || part.last()) {
        newest.merge(change.key(), change.version(), Math::max);
      }
    }

    /**
     * A key from before the snapshot, deleted and made anew while it loaded: not brought, and no
     * leftover since the hub has it again; the live lane brings it next.
     */
    boolean isOwedAnew(Key key) {
      return phase == Phase.LOADED && !brought.contains(key);
    }
  }

  private record Aside(FeedId feed, Lane lane, Key key) {}

  private final String name;
  private final Loop loop;
  private final Map<Integer, ModelDatabase> sources;
  private final Faults faults;
  private final Map<Integer, TreeMap<Key, Held>> values = new TreeMap<>();
  private final Map<Integer, Map<Key, Long>> reached = new TreeMap<>();
  private final Map<FeedId, StoredFeed> feeds = new HashMap<>();
  private final Map<Aside, ByteArrayOutputStream> aside = new HashMap<>();
  private final Map<Aside, Integer> partsAside = new HashMap<>();
  private long chainVersion;
  private long entries;

  TargetStore(String name, Loop loop, Map<Integer, ModelDatabase> sources, Faults faults) {
    this.name = name;
    this.loop = loop;
    this.sources = sources;
    this.faults = faults;
  }

  String name() {
    return name;
  }

  StoredFeed feed(FeedId feed) {
    return feeds.computeIfAbsent(feed, unknown -> new StoredFeed());
  }

  NavigableMap<Key, Held> values(int database) {
    return values.computeIfAbsent(database, unknown -> new TreeMap<>());
  }

  long chainVersion() {
    return chainVersion;
  }

  /** Entries applied so far. */
  long entries() {
    return entries;
  }

  private ModelDatabase source(int database) {
    return Objects.requireNonNull(sources.get(database));
  }

  /** The state of the key that this target has reached. */
  long reachedState(int database, Key key) {
    return reached(database, key);
  }

  private long reached(int database, Key key) {
    return reached.computeIfAbsent(database, unknown -> new HashMap<>()).getOrDefault(key, 0L);
  }

  /** Gone by now: what is left of it at the target goes with the leftovers of the snapshot. */
  private static boolean isOwedNothing(ModelDatabase source, Key key, long state) {
    return source.history(key).absenceFrom(state) != null;
  }

  /** Whether the key is not as new as this state; one that never came may be gone again by now. */
  private boolean isBehind(int database, Key key, long state) {
    return reached(database, key) < state
        && (values(database).containsKey(key)
            || source(database).history(key).absenceFrom(state) == null);
  }

  private void reach(int database, Key key, long state) {
    reached.computeIfAbsent(database, unknown -> new HashMap<>()).put(key, state);
  }

  /** All that the target keeps, as a backup of it has it. */
  record Backup(
      Map<Integer, Map<Key, Held>> values,
      Map<Integer, Map<Key, Long>> reached,
      Map<FeedId, Cursor> cursors) {}

  Backup backup() {
    Map<Integer, Map<Key, Held>> copies = new HashMap<>();
    values.forEach((database, held) -> copies.put(database, Map.copyOf(held)));
    Map<Integer, Map<Key, Long>> states = new HashMap<>();
    reached.forEach((database, state) -> states.put(database, Map.copyOf(state)));
    Map<FeedId, Cursor> cursors = new HashMap<>();
    feeds.forEach((feed, stored) -> cursors.put(feed, stored.cursor));
    return new Backup(copies, states, cursors);
  }

  /** Goes back to a backup; the client has to be down. */
  void restore(Backup backup, boolean withCursors) {
    values.clear();
    backup.values().forEach((database, held) -> values.put(database, new TreeMap<>(held)));
    reached.clear();
    backup.reached().forEach((database, state) -> reached.put(database, new HashMap<>(state)));
    feeds.clear();
    if (withCursors) {
      backup.cursors().forEach((feed, cursor) -> feed(feed).cursor = cursor);
    }
    aside.clear();
    partsAside.clear();
  }

  /** Removes what is over by the wall clock. */
  void expire() {
    long now = loop.unixMillis();
    values.values().forEach(map -> map.values().removeIf(held -> held.isOver(now)));
  }

  void apply(Batch batch) {
    StoredFeed stored = feed(batch.feed());
    checkLanes(stored, batch);
    if (batch.snapshotBegin() || Position.beginsReconcile(batch.cursor())) {
      stored.newest.clear();
    }
    if (batch.snapshotBegin()) {
      stored.phase = Phase.LOADING;
      stored.brought.clear();
      stored.chain = null;
      aside.keySet().removeIf(part -> part.feed.equals(batch.feed()));
      partsAside.keySet().removeIf(part -> part.feed.equals(batch.feed()));
    }
    batch
        .changes()
        .forEach(change -> {
          apply(batch, change);
          stored.came(change);
        });
    stored.cursor = stored.cursor.updatedBy(batch.cursor());
    if (batch.snapshotEnd()) {
      stored.phase = Phase.LEFTOVERS;
    }
    Batch.VersionChain chain = batch.chain();
    if (chain != null) {
      stored.chain = chain;
      showChain(batch.feed());
    }
  }

  private void apply(Batch batch, Change change) {
    entries++;
    int database = batch.feed().database();
    switch (change) {
      case Change.Put put -> put(database, put.key(), put.value(), put.expiresAtMillis());
      case Change.Remove remove -> remove(database, remove.key(), "a Remove");
      case Change.Part part -> part(batch, part);
    }
  }

  private void part(Batch batch, Change.Part part) {
    if (part.index() == 0 && part.last()) {
      put(batch.feed().database(), part.key(), part.slice(), part.expiresAtMillis());
      return;
    }
    Aside at = new Aside(batch.feed(), batch.lane(), part.key());
    if (part.index() == 0) {
      aside.put(at, new ByteArrayOutputStream());
      partsAside.put(at, 0);
    }
    ByteArrayOutputStream bytes = aside.get(at);
    if (bytes == null || !Integer.valueOf(part.index()).equals(partsAside.get(at))) {
      faults.add("%s: part %d of %s out of order".formatted(name, part.index(), at));
      return;
    }
    partsAside.merge(at, 1, Integer::sum);
    if (!(part.slice() instanceof Value.StringValue(byte[] slice))) {
      faults.add("%s: a part of %s is no string".formatted(name, at));
      return;
    }
    bytes.writeBytes(slice);
    if (part.last()) {
      aside.remove(at);
      partsAside.remove(at);
      put(
          batch.feed().database(),
          part.key(),
          new Value.StringValue(bytes.toByteArray()),
          part.expiresAtMillis());
    }
  }

  private void put(int database, Key key, Value value, long expiresAtMillis) {
    Held read = Held.of(value, expiresAtMillis, 0);
    Long state = source(database).history(key).stateOf(read.hash());
    if (state == null) {
      faults.add("%s: %s never held what was put".formatted(name, key));
      return;
    }
    long before = reached(database, key);
    if (state < before) {
      faults.add("I3 %s: %s goes back from state %d to %d".formatted(name, key, before, state));
    }
    reach(database, key, Math.max(before, state));
    Held held = new Held(value, expiresAtMillis, read.hash(), state);
    if (held.isOver(loop.unixMillis())) {
      values(database).remove(key);
    } else {
      values(database).put(key, held);
    }
  }

  void remove(int database, Key key, String why) {
    long before = reached(database, key);
    Long absence = source(database).history(key).absenceFrom(before);
    if (absence == null && !source(database).history(key).mayBeOvertakenByAbsence(before)) {
      faults.add(
          "I3 %s: %s removes %s, which is there since state %d".formatted(name, why, key, before));
    } else if (absence != null) {
      reach(database, key, absence);
    }
    values(database).remove(key);
  }

  private void checkLanes(StoredFeed stored, Batch batch) {
    if (stored.cursor.isNone() || batch.snapshotBegin()) {
      return;
    }
    Position position = Position.of(stored.cursor);
    if (Position.beginsReconcile(batch.cursor())) {
      return; // what is owed is found out anew: another epoch may begin, or the same from before
    }
    if (position.epoch() != batch.epoch()) {
      faults.add("%s: a batch of another epoch without a snapshot".formatted(name));
      return;
    }
    for (Change change : batch.changes()) {
      boolean ofLive = change.version() > position.liveAfter();
      if (ofLive != (batch.lane() == Lane.LIVE) && !stored.isRepeated(batch, change)) {
        faults.add(
            "I3 %s: %s brings %s at version %d, stored is %s"
                .formatted(name, batch.lane(), change.key(), change.version(), position));
      }
    }
    Position next = Position.of(stored.cursor.updatedBy(batch.cursor()));
    if (next.liveAfter() < position.liveAfter()) {
      faults.add("I4 %s: the cursor goes back from %s to %s".formatted(name, position, next));
    }
  }

  /** I4: of a versioned database it is known what a cursor promises. */
  void checkCursor(FeedId feed) {
    StoredFeed stored = feed(feed);
    ModelDatabase source = source(feed.database());
    if (stored.cursor.isNone() || !source.versioned()) {
      return;
    }
    Position position = Position.of(stored.cursor);
    source
        .newestCommits()
        .forEach((key, commit) -> {
          if (feed.patterns().matches(key.bytes())
              && position.promises(commit.version())
              && isBehind(feed.database(), key, commit.state())
              && !(stored.phase != Phase.LOADED && isOwedNothing(source, key, commit.state()))) {
            faults.add(
                "I4 %s: the cursor %s promises %s of version %d, there is state %d, not %d"
                    .formatted(
                        name,
                        position,
                        key,
                        commit.version(),
                        reached(feed.database(), key),
                        commit.state()));
          }
        });
  }

  /** The leftovers of a snapshot are gone. */
  void loaded(FeedId feed) {
    feed(feed).phase = Phase.LOADED;
    showChain(feed);
  }

  private void showChain(FeedId feed) {
    StoredFeed stored = feed(feed);
    Batch.VersionChain chain = stored.chain;
    if (chain != null && stored.phase == Phase.LOADED) {
      stored.chain = null;
      applyChain(feed, chain);
    }
  }

  private void applyChain(FeedId feed, Batch.VersionChain chain) {
    ModelDatabase source = source(feed.database());
    if (!source.versioned() || !feed.patterns().isAll()) {
      faults.add("I8 %s: a chain in %s".formatted(name, feed.name()));
      return;
    }
    if (chain.version() < chainVersion || chain.version() > source.version()) {
      faults.add(
          "I8 %s: version goes from %d to %d, the source has %d"
              .formatted(name, chainVersion, chain.version(), source.version()));
    }
    for (Batch.VersionList list : chain.lists()) {
      Map<Key, Long> committed = source.committed().get(list.version());
      if (committed == null || !committed.keySet().equals(java.util.Set.copyOf(list.keys()))) {
        faults.add("I8 %s: list %d is not the source's".formatted(name, list.version()));
      }
    }
    source
        .committed()
        .subMap(chainVersion, false, Math.max(chainVersion, chain.version()), true)
        .forEach((version, keys) -> checkComplete(feed, chain.version(), version, keys));
    chainVersion = chain.version();
  }

  private void checkComplete(FeedId feed, long shown, long version, Map<Key, Long> keys) {
    int database = feed.database();
    keys.forEach((key, state) -> {
      if (isBehind(database, key, state) && !feed(feed).isOwedAnew(key)) {
        faults.add(
            "I8 %s: version %d is shown, but %s of version %d is at state %d, not %d"
                .formatted(name, shown, key, version, reached(database, key), state));
      }
    });
  }

  /** How this feed differs from its source; empty = not at all. */
  List<String> differences(FeedId feed, Wanted wanted) {
    ModelDatabase source = source(feed.database());
    source.expire();
    expire();
    List<String> found = new ArrayList<>();
    NavigableMap<Key, Held> here = values(feed.database());
    source
        .values()
        .forEach((key, held) -> {
          if (wanted.covers(key)) {
            compare(key, held, here.get(key), found);
          }
        });
    here.keySet()
        .forEach(key -> {
          if (wanted.covers(key) && !source.values().containsKey(key)) {
            found.add(key + " is left over");
          }
        });
    if (source.versioned() && feed.patterns().isAll() && chainVersion != source.version()) {
      found.add("version is " + chainVersion + ", not " + source.version());
    }
    if (feed(feed).phase != Phase.LOADED) {
      found.add("the snapshot is " + feed(feed).phase);
    }
    return found;
  }

  private static void compare(Key key, Held there, @Nullable Held here, List<String> found) {
    if (here == null) {
      found.add(key + " is missing, state " + there.state());
    } else if (here.hash() != there.hash()) {
      found.add(key + " is at state " + here.state() + ", not " + there.state());
    }
  }
}
