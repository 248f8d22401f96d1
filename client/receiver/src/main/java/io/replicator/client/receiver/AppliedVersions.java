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

/**
 * The versions of live changes applied while datagrams of the feed are taken (invariant I3):
 * datagrams overtake each other and the blocks, so of a key only what is newer than what was
 * applied counts.
 *
 * <p>The hub says up to which version everything is at all targets ("passed"). A datagram's entry
 * at or below it is dropped without looking, so versions up to it are forgotten.
 */
final class AppliedVersions {
  /** A hub lets at most some 65,536 keys of a feed be unconfirmed; more than this is its fault. */
  static final int MAX_ENTRIES = 1 << 20;

  private record Segment(long newestVersion, List<Key> keys) {}

  private final Map<Key, Long> versions = new HashMap<>();
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private final WholeValues values = new WholeValues();
  private int entries;
  private long passed;

  int entries() {
    return entries;
  }

  /** Of a datagram: what has not been applied yet, nor something newer. */
  boolean isNew(Change change) {
    Long applied = versions.get(change.key());
    return change.version() > passed && (applied == null || change.version() > applied);
  }

  /**
   * Of blocks: the same. Slices of one value have one version, and it counts as applied with the
   * last of them.
   */
  List<Change> newerOnly(List<Change> changes) {
    if (versions.isEmpty() && values.isIdle()) {
      return changes;
    }
    List<Change> kept = new ArrayList<>(changes.size());
    for (Change change : changes) {
      Long applied = versions.get(change.key());
      if (values.keeps(change, applied == null || change.version() > applied)) {
        kept.add(change);
      }
    }
    return kept.size() == changes.size() ? changes : kept;
  }

  void remember(List<Change> applied) {
    remember(applied, 0);
  }

  /**
   * @param readVersion the values were read when this was the version: they are at least as new
   */
  void remember(List<Change> applied, long readVersion) {
    if (entries + applied.size() > MAX_ENTRIES) {
      throw new ProtocolException(
          WireError.OVERLOADED,
          entries + " live entries are not passed by the hub's word, at most " + MAX_ENTRIES);
    }
    List<Key> keys = new ArrayList<>(applied.size());
    long newest = 0;
    for (Change change : applied) {
      if (change instanceof Change.Part part && !part.last()) {
        continue;
      }
      long version = Math.max(change.version(), readVersion);
      versions.merge(change.key(), version, Math::max);
      newest = Math.max(newest, version);
      keys.add(change.key());
    }
    if (!keys.isEmpty()) {
      segments.add(new Segment(newest, keys));
      entries += keys.size();
    }
  }

  /** All targets have everything up to this version. */
  void passed(long version) {
    if (version <= passed) {
      return;
    }
    passed = version;
    while (!segments.isEmpty() && segments.getFirst().newestVersion <= version) {
      Segment oldest = segments.removeFirst();
      entries -= oldest.keys.size();
      for (Key key : oldest.keys) {
        Long applied = versions.get(key);
        if (applied != null && applied <= version) {
          versions.remove(key);
        }
      }
    }
  }

  /** Versions of another history are worth nothing. */
  void clear() {
    versions.clear();
    values.clear();
    segments.clear();
    entries = 0;
    passed = 0;
  }
}
