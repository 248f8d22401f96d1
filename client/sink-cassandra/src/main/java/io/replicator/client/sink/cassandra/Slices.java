package io.replicator.client.sink.cassandra;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Large values that arrive slice by slice, until they are whole. They wait in memory, up to a
 * bound: what is larger than that is no good partition in Cassandra either, and becomes a dead
 * letter.
 */
final class Slices {
  /**
   * A value that is whole, or of which only the first slice was kept because it is too large.
   *
   * @param hash of all slices
   */
  record Whole(Value value, boolean tooLarge, long bytes, ValueHash hash) {}

  private static final class Pending {
    private final List<Value> slices = new ArrayList<>();
    private int next;
    private long bytes;
    private boolean tooLarge;
    private final ValueHash hash = new ValueHash();
  }

  private final long maxBytes;
  private final Map<Lane, Map<Key, Pending>> pending = new EnumMap<>(Lane.class);
  private long waitingBytes;

  /**
   * @param maxBytes most bytes of all values that wait
   */
  Slices(long maxBytes) {
    this.maxBytes = maxBytes;
    for (Lane lane : Lane.values()) {
      pending.put(lane, new HashMap<>());
    }
  }

  /** Takes a slice; gives the whole value with the last one, else null. */
  @org.jspecify.annotations.Nullable
  Whole add(Lane lane, Change.Part part) {
    if (part.index() == 0) {
      forget(lane, part.key());
      of(lane).put(part.key(), new Pending());
    }
    Pending collected = of(lane).get(part.key());
    if (collected == null || collected.next != part.index()) {
      throw lost(part);
    }
    collected.next++;
    long bytes = bytes(part.slice());
    collected.bytes += bytes;
    collected.hash.add(part.slice());
    if (!collected.tooLarge && waitingBytes + bytes <= maxBytes) {
      collected.slices.add(part.slice());
      waitingBytes += bytes;
    } else {
      dropAllButFirst(collected, part.slice());
    }
    if (!part.last()) {
      return null;
    }
    Whole whole = whole(collected);
    forget(lane, part.key());
    return whole;
  }

  /** The key has a value from elsewhere: what was collected is old. */
  void replaced(Lane lane, Key key) {
    if (lane == Lane.LIVE) {
      forget(Lane.BACKFILL, key);
    }
    forget(lane, key);
  }

  void clear() {
    pending.values().forEach(Map::clear);
    waitingBytes = 0;
  }

  long waitingBytes() {
    return waitingBytes;
  }

  private Map<Key, Pending> of(Lane lane) {
    return Objects.requireNonNull(pending.get(lane));
  }

  private void forget(Lane lane, Key key) {
    Pending gone = of(lane).remove(key);
    if (gone != null) {
      gone.slices.forEach(slice -> waitingBytes -= bytes(slice));
    }
  }

  private void dropAllButFirst(Pending collected, Value newest) {
    collected.tooLarge = true;
    if (collected.slices.isEmpty()) {
      collected.slices.add(newest);
      waitingBytes += bytes(newest);
    }
    while (collected.slices.size() > 1) {
      waitingBytes -= bytes(collected.slices.removeLast());
    }
  }

  private static Whole whole(Pending collected) {
    return new Whole(
        collected.tooLarge ? collected.slices.getFirst() : Value.joined(collected.slices),
        collected.tooLarge,
        collected.bytes,
        collected.hash);
  }

  private static SinkException lost(Change.Part part) {
    String key = part.key().toString();
    return new SinkException(
        SinkException.Category.UNAVAILABLE,
        "slice "
            + part.index()
            + " of key "
            + (key.length() <= 200 ? key : key.substring(0, 200) + "…")
            + " came, but not the slices before it: it is sent again from the stored cursor");
  }

  private static long bytes(Value slice) {
    return switch (slice) {
      case Value.StringValue string -> string.bytes().length;
      case Value.OpaqueValue opaque -> opaque.dump().length;
      case Value.ListValue list -> sum(list.elements());
      case Value.SetValue set -> sum(set.members());
      case Value.HashValue hash -> {
        long sum = 0;
        for (Value.Field field : hash.fields()) {
          sum += field.name().length + field.value().length;
        }
        yield sum;
      }
      case Value.SortedSetValue zset -> {
        long sum = 0;
        for (Value.ScoredMember member : zset.members()) {
          sum += member.member().length + Double.BYTES;
        }
        yield sum;
      }
      case Value.StreamValue stream -> {
        long sum = 0;
        for (Value.StreamEntry entry : stream.entries()) {
          sum += entry.id().length() + sum(entry.fieldsAndValues());
        }
        yield sum;
      }
    };
  }

  private static long sum(List<byte[]> all) {
    long sum = 0;
    for (byte[] each : all) {
      sum += each.length;
    }
    return sum;
  }
}
