package io.replicator.client.sink.redis;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which large values of a feed are collected aside at the moment. Slices of a module's dump are
 * collected here, because only a whole dump can be restored; all others in a temporary key at the
 * target. Used in the feed's turn only.
 */
final class Parts {
  /** The largest dump that is put together; a larger one is left out. */
  static final int MAX_DUMP_BYTES = 128 << 20;

  private static final class Pending {
    private int next = 1;
    private final ByteArrayOutputStream dump = new ByteArrayOutputStream(0);
    private boolean tooLarge;
  }

  private final Names names;
  private final Map<Key, Pending> byTemporary = new HashMap<>();

  Parts(Names names) {
    this.names = names;
  }

  Key temporary(Lane lane, Key key) {
    return Key.of(names.part(lane, key.bytes()));
  }

  /** Takes note of a slice; fails if it does not follow the one before. */
  void took(Lane lane, Change.Part part) {
    Key temporary = temporary(lane, part.key());
    if (part.index() == 0) {
      byTemporary.put(temporary, new Pending());
    } else {
      Pending pending = byTemporary.get(temporary);
      if (pending == null || pending.next != part.index()) {
        throw lost(part.key(), part.index());
      }
      pending.next++;
    }
    if (part.slice() instanceof Value.OpaqueValue opaque) {
      collect(temporary, opaque);
    }
  }

  static SinkException lost(Key key, int index) {
    return new SinkException(
        SinkException.Category.UNAVAILABLE,
        "slice "
            + index
            + " of key "
            + Names.shortened(key.toString())
            + " came, but the slices before it are not at the target: it is sent again from the"
            + " stored cursor");
  }

  /** Ends the collecting of a key: the whole dump if it was one, null if that was too large. */
  byte @Nullable [] finish(Lane lane, Key key) {
    Pending pending = byTemporary.remove(temporary(lane, key));
    return pending == null || pending.tooLarge ? null : pending.dump.toByteArray();
  }

  /** Temporary keys of older values of this key, which a whole one replaces; forgotten here. */
  List<byte[]> replaced(Lane lane, Key key) {
    if (byTemporary.isEmpty()) {
      return List.of();
    }
    List<byte[]> temporaries = new ArrayList<>(2);
    for (Lane each : lane == Lane.LIVE ? Lane.values() : new Lane[] {lane}) {
      Key temporary = temporary(each, key);
      if (byTemporary.remove(temporary) != null) {
        temporaries.add(temporary.bytes());
      }
    }
    return temporaries;
  }

  void clear() {
    byTemporary.clear();
  }

  private void collect(Key temporary, Value.OpaqueValue opaque) {
    Pending pending = byTemporary.get(temporary);
    if (pending == null) {
      return;
    }
    if (pending.dump.size() + (long) opaque.dump().length > MAX_DUMP_BYTES) {
      pending.tooLarge = true;
      pending.dump.reset();
    } else if (!pending.tooLarge) {
      pending.dump.writeBytes(opaque.dump());
    }
  }
}
