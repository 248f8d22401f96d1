package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Turns the changes of one batch into commands. A key stands in a batch once, so what is removed
 * (also what has to go because a new value of another type comes) goes first, in few commands; then
 * the strings, then what is built element by element.
 *
 * <pre>
 *   UNLINK k k k …   MSET k v k v …   SET k v PXAT t   HSET k f v f v …   PEXPIREAT k t   …
 * </pre>
 */
final class BatchPlan {
  private static final byte[] PXAT = Names.ascii("PXAT");
  private static final byte[] EMPTY = new byte[0];

  private final Batch batch;
  private final Names names;
  private final Features features;
  private final boolean localVersions;
  private final long nowMillis;
  private final Parts parts;
  private final Set<Key> refusedDumps;

  private final CommandList removals;
  private final CommandList strings;
  private final CommandList builds;
  private final CommandList.Group unlink;
  private final CommandList.Group mset;
  private final ValueWriter writer;
  private final Tally tally = new Tally();
  private final List<byte[]> changedKeys = new ArrayList<>();

  /**
   * @param nowMillis the target's time: what has expired by then is removed instead of written
   * @param refusedDumps keys whose dump the target would not restore
   */
  BatchPlan(
      Batch batch,
      Names names,
      Features features,
      RedisSinkSettings settings,
      long nowMillis,
      Parts parts,
      Set<Key> refusedDumps) {
    this.batch = batch;
    this.names = names;
    this.features = features;
    this.localVersions = settings.localVersions();
    this.nowMillis = nowMillis;
    this.parts = parts;
    this.refusedDumps = refusedDumps;
    this.removals = new CommandList(settings);
    this.strings = new CommandList(settings);
    this.builds = new CommandList(settings);
    this.unlink = removals.group(Word.UNLINK);
    this.mset = strings.group(Word.MSET);
    this.writer = new ValueWriter(builds, features, tally);
  }

  /** Plans all changes; call once. */
  List<Command> commands() {
    for (Change change : batch.changes()) {
      if (isWanted(change.key())) {
        plan(change);
      }
    }
    unlink.end();
    mset.end();
    List<Command> all = new ArrayList<>(removals.commands());
    all.addAll(strings.commands());
    all.addAll(builds.commands());
    return all;
  }

  /** Keys at the target, in order, that these commands change visibly. */
  List<byte[]> changedKeys() {
    return changedKeys;
  }

  boolean changesKeys() {
    return !changedKeys.isEmpty();
  }

  Tally tally() {
    return tally;
  }

  private boolean isWanted(Key key) {
    byte[] target = names.atTarget(key.bytes());
    if (Names.isOwn(target)) {
      tally.add(SinkCounter.OWN_KEYS_SKIPPED, 1);
      return false;
    }
    if (localVersions && Names.isChainKey(target)) {
      tally.add(SinkCounter.CHAIN_KEYS_SKIPPED, 1);
      return false;
    }
    return true;
  }

  private void plan(Change change) {
    switch (change) {
      case Change.Remove remove -> {
        remove(remove.key());
        tally.add(SinkCounter.REMOVED, 1);
      }
      case Change.Put put -> put(put.key(), put.value(), put.expiresAtMillis());
      case Change.Part part when part.index() == 0 && part.last() ->
          put(part.key(), part.slice(), part.expiresAtMillis());
      case Change.Part part -> slice(part);
    }
  }

  private void remove(Key key) {
    byte[] target = names.atTarget(key.bytes());
    unlink.add(target);
    changedKeys.add(target);
    dropParts(key);
  }

  private void put(Key key, Value value, long expiresAt) {
    if (expiresAt > 0 && expiresAt <= nowMillis) {
      remove(key);
      tally.add(SinkCounter.EXPIRED_ON_ARRIVAL, 1);
      return;
    }
    dropParts(key);
    byte[] target = names.atTarget(key.bytes());
    changedKeys.add(target);
    tally.add(counter(value), 1);
    switch (value) {
      case Value.StringValue string -> string(target, string.bytes(), expiresAt);
      case Value.OpaqueValue opaque -> restored(key, target, expiresAt);
      case Value.StreamValue stream -> {
        unlink.add(target);
        writer.append(target, stream);
        long length = stream.entries().size();
        writer.completeStream(target, stream, length, length == 0);
        expire(target, expiresAt);
      }
      case Value.HashValue hash -> collection(target, hash, expiresAt);
      case Value.ListValue list -> collection(target, list, expiresAt);
      case Value.SetValue set -> collection(target, set, expiresAt);
      case Value.SortedSetValue zset -> collection(target, zset, expiresAt);
    }
  }

  private void string(byte[] target, byte[] bytes, long expiresAt) {
    if (expiresAt == 0) {
      mset.add(target, bytes);
    } else if (features.setWithExpiry()) {
      strings.add(Word.SET, target, bytes, PXAT, Names.ascii(expiresAt));
    } else {
      strings.add(Word.SET, target, bytes);
      strings.add(Word.PEXPIREAT, target, Names.ascii(expiresAt));
    }
  }

  private void collection(byte[] target, Value value, long expiresAt) {
    unlink.add(target);
    writer.append(target, value);
    expire(target, expiresAt);
  }

  /** The dump was restored aside already: whether it can be is known only by trying. */
  private void restored(Key key, byte[] target, long expiresAt) {
    byte[] staged = names.staged(key.bytes());
    if (refusedDumps.contains(key)) {
      unlink.add(target);
      tally.add(SinkCounter.OPAQUES, -1);
      tally.add(SinkCounter.OPAQUES_REFUSED, 1);
    } else {
      builds.add(Word.RENAME, staged, target);
      expire(target, expiresAt);
    }
    builds.add(Word.HDEL, names.cursor(), staged);
  }

  private void slice(Change.Part part) {
    byte[] temporary = parts.temporary(batch.lane(), part.key()).bytes();
    parts.took(batch.lane(), part);
    tally.add(SinkCounter.PARTS, 1);
    if (part.index() == 0) {
      builds.add(Word.UNLINK, temporary);
      builds.add(Word.HSET, names.cursor(), temporary, EMPTY);
    }
    writer.append(temporary, part.slice());
    if (!part.last()) {
      return;
    }
    if (part.slice() instanceof Value.StreamValue stream) {
      writer.completeStream(temporary, stream, stream.entries().size(), false);
    }
    complete(part, temporary);
  }

  private void complete(Change.Part part, byte[] temporary) {
    byte[] target = names.atTarget(part.key().bytes());
    parts.finish(batch.lane(), part.key());
    dropParts(part.key());
    changedKeys.add(target);
    if (part.expiresAtMillis() > 0 && part.expiresAtMillis() <= nowMillis) {
      builds.add(Word.UNLINK, temporary, target);
      tally.add(SinkCounter.EXPIRED_ON_ARRIVAL, 1);
    } else {
      builds.add(Word.RENAME, temporary, target);
      expire(target, part.expiresAtMillis());
      tally.add(counter(part.slice()), 1);
    }
    builds.add(Word.HDEL, names.cursor(), temporary);
  }

  private void dropParts(Key key) {
    for (byte[] temporary : parts.replaced(batch.lane(), key)) {
      builds.add(Word.UNLINK, temporary);
      builds.add(Word.HDEL, names.cursor(), temporary);
    }
  }

  private void expire(byte[] target, long expiresAt) {
    if (expiresAt > 0) {
      builds.add(Word.PEXPIREAT, target, Names.ascii(expiresAt));
    }
  }

  private static SinkCounter counter(Value value) {
    return switch (value) {
      case Value.StringValue string -> SinkCounter.STRINGS;
      case Value.HashValue hash -> SinkCounter.HASHES;
      case Value.ListValue list -> SinkCounter.LISTS;
      case Value.SetValue set -> SinkCounter.SETS;
      case Value.SortedSetValue zset -> SinkCounter.SORTED_SETS;
      case Value.StreamValue stream -> SinkCounter.STREAMS;
      case Value.OpaqueValue opaque -> SinkCounter.OPAQUES;
    };
  }
}
