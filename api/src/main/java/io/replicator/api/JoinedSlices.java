package io.replicator.api;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Slices of a large value, put together. */
final class JoinedSlices {
  private JoinedSlices() {}

  static Value of(List<Value> slices) {
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
