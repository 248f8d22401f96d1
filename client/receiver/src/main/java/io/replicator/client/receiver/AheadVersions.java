package io.replicator.client.receiver;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The versions of keys applied from the live lane while a backfill is under way (invariant I3).
 *
 * <p>Blocks of the lanes are mixed, so a backfill batch that was read earlier may arrive later.
 * What it holds of a key that the live lane has brought since is older and is dropped here. A
 * backfill batch read at version r proves that whatever the backfill brings from now on was read at
 * r or later: versions up to r can be forgotten.
 *
 * <pre>
 * live batches     [k1@101 k2@102] [k1@105] [k3@109]      one segment each, oldest first
 * backfill read at 104                                    forgets the first segment
 * </pre>
 *
 * <p>The hub holds live batches back when {@link #HUB_LIMIT} entries went ahead of one backfill
 * batch; a hub that does not is told so before memory runs out.
 */
final class AheadVersions {
  /** Most entries that a hub lets go ahead of one backfill batch. */
  static final int HUB_LIMIT = 262_144;

  /** More than this before a further batch is the hub's fault: two backfill batches may be out. */
  static final int MAX_ENTRIES = 2 * HUB_LIMIT;

  /** One live batch: its keys and the newest of their versions. */
  private record Segment(long newestVersion, List<Key> keys) {}

  private final Map<Key, Long> versions = new HashMap<>();
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private final WholeValues values = new WholeValues();
  private int entries;

  /** Remembers what the live lane brings. */
  void remember(List<Change> live) {
    if (live.isEmpty()) {
      return;
    }
    if (entries > MAX_ENTRIES) {
      throw new ProtocolException(
          WireError.BLOCK_ORDER,
          entries + " live entries went ahead of one backfill batch, at most " + MAX_ENTRIES);
    }
    List<Key> keys = new ArrayList<>(live.size());
    long newest = 0;
    for (Change change : live) {
      versions.merge(change.key(), change.version(), Math::max);
      newest = Math.max(newest, change.version());
      keys.add(change.key());
    }
    segments.add(new Segment(newest, keys));
    entries += keys.size();
  }

  /** The changes of a backfill batch that are not older than what the live lane brought. */
  List<Change> withoutOlder(List<Change> backfill) {
    if (versions.isEmpty() && values.isIdle()) {
      return backfill;
    }
    List<Change> kept = new ArrayList<>(backfill.size());
    for (Change change : backfill) {
      Long applied = versions.get(change.key());
      if (values.keeps(change, applied == null || change.version() >= applied)) {
        kept.add(change);
      }
    }
    return kept;
  }

  /** A backfill batch read at this version was applied. */
  void forgetUntil(long readVersion) {
    for (Segment oldest = segments.peekFirst();
        oldest != null && oldest.newestVersion <= readVersion;
        oldest = segments.peekFirst()) {
      segments.removeFirst();
      entries -= oldest.keys.size();
      for (Key key : oldest.keys) {
        @Nullable Long version = versions.get(key);
        if (version != null && version <= readVersion) {
          versions.remove(key);
        }
      }
    }
  }

  /** No backfill is under way any more. */
  void clear() {
    versions.clear();
    values.clear();
    segments.clear();
    entries = 0;
  }

  /** Entries remembered, a key counted as often as it came. */
  int entries() {
    return entries;
  }
}
