package io.replicator.hub.delivery;

import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** Cuts a value that was read as a whole into slices of about a size, of the same type. */
final class ValueSlicer {
  private ValueSlicer() {}

  /** At least one slice. */
  static List<Value> slices(Value value, int sliceBytes) {
    return switch (value) {
      case Value.StringValue string -> cutBytes(string.bytes(), sliceBytes, Value.StringValue::new);
      case Value.OpaqueValue opaque ->
          cutBytes(
              opaque.dump(),
              sliceBytes,
              bytes -> new Value.OpaqueValue(opaque.moduleType(), bytes));
      case Value.ListValue list ->
          cut(list.elements(), element -> element.length, sliceBytes, Value.ListValue::new);
      case Value.SetValue set ->
          cut(set.members(), member -> member.length, sliceBytes, Value.SetValue::new);
      case Value.HashValue hash ->
          cut(
              hash.fields(),
              field -> field.name().length + field.value().length,
              sliceBytes,
              Value.HashValue::new);
      case Value.SortedSetValue zset ->
          cut(zset.members(), m -> m.member().length + 8, sliceBytes, Value.SortedSetValue::new);
      case Value.StreamValue stream ->
          cut(
              stream.entries(),
              ValueSlicer::bytesOf,
              sliceBytes,
              entries ->
                  new Value.StreamValue(
                      entries, stream.lastId(), stream.entriesAdded(), stream.maxDeletedId()));
    };
  }

  private static int bytesOf(Value.StreamEntry entry) {
    int bytes = entry.id().length();
    for (byte[] part : entry.fieldsAndValues()) {
      bytes += part.length;
    }
    return bytes;
  }

  private static List<Value> cutBytes(
      byte[] bytes, int sliceBytes, Function<byte[], Value> toValue) {
    List<Value> slices = new ArrayList<>();
    int from = 0;
    do {
      int to = Math.min(bytes.length, from + sliceBytes);
      slices.add(toValue.apply(Arrays.copyOfRange(bytes, from, to)));
      from = to;
    } while (from < bytes.length);
    return slices;
  }

  private static <E> List<Value> cut(
      List<E> elements, ToIntFunction<E> size, int sliceBytes, Function<List<E>, Value> toValue) {
    List<Value> slices = new ArrayList<>();
    List<E> slice = new ArrayList<>();
    long bytes = 0;
    for (E element : elements) {
      slice.add(element);
      bytes += size.applyAsInt(element);
      if (bytes >= sliceBytes) {
        slices.add(toValue.apply(slice));
        slice = new ArrayList<>();
        bytes = 0;
      }
    }
    if (!slice.isEmpty() || slices.isEmpty()) {
      slices.add(toValue.apply(slice));
    }
    return slices;
  }
}
