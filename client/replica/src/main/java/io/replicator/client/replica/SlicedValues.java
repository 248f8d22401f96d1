package io.replicator.client.replica;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Large values that arrive slice by slice, until they are whole. */
final class SlicedValues {
  private final Map<Key, List<Value>> slices = new HashMap<>();

  /** The whole value, if this was the last slice. A slice without its first is left out. */
  Optional<Change.Put> add(Change.Part part) {
    List<Value> collected = slices.get(part.key());
    if (part.index() == 0) {
      collected = new ArrayList<>();
      slices.put(part.key(), collected);
    }
    if (collected == null || collected.size() != part.index()) {
      slices.remove(part.key());
      return Optional.empty();
    }
    collected.add(part.slice());
    if (!part.last()) {
      return Optional.empty();
    }
    slices.remove(part.key());
    return Optional.of(
        new Change.Put(part.key(), part.version(), joined(collected), part.expiresAtMillis()));
  }

  /** The key has a value from elsewhere: what was collected is old. */
  void forget(Key key) {
    slices.remove(key);
  }

  private static Value joined(List<Value> slices) {
    return switch (slices.getLast()) {
      case Value.StringValue last -> new Value.StringValue(bytes(slices));
      case Value.HashValue last ->
          new Value.HashValue(all(slices, Value.HashValue.class, Value.HashValue::fields));
      case Value.ListValue last ->
          new Value.ListValue(all(slices, Value.ListValue.class, Value.ListValue::elements));
      case Value.SetValue last ->
          new Value.SetValue(all(slices, Value.SetValue.class, Value.SetValue::members));
      case Value.SortedSetValue last ->
          new Value.SortedSetValue(
              all(slices, Value.SortedSetValue.class, Value.SortedSetValue::members));
      case Value.StreamValue last ->
          new Value.StreamValue(
              all(slices, Value.StreamValue.class, Value.StreamValue::entries),
              last.lastId(),
              last.entriesAdded(),
              last.maxDeletedId());
      case Value.OpaqueValue last -> last;
    };
  }

  private static <V extends Value, E> List<E> all(
      List<Value> slices, Class<V> type, Function<V, List<E>> elements) {
    List<E> joined = new ArrayList<>();
    slices.forEach(slice -> joined.addAll(elements.apply(type.cast(slice))));
    return joined;
  }

  private static byte[] bytes(List<Value> slices) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Value slice : slices) {
      joined.writeBytes(((Value.StringValue) slice).bytes());
    }
    return joined.toByteArray();
  }
}
