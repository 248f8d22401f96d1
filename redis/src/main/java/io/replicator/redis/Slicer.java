package io.replicator.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads one value of one type in slices of about a size. How many elements make a slice is learnt
 * from the slice before.
 */
abstract sealed class Slicer {
  private static final int FIRST_ELEMENTS = 64;
  private static final int MAX_ELEMENTS = 8192;

  private final RedisLink link;
  final byte[] key;
  final int sliceBytes;
  private int elements = FIRST_ELEMENTS;

  private Slicer(RedisLink link, byte[] key, int sliceBytes) {
    this.link = link;
    this.key = key;
    this.sliceBytes = sliceBytes;
  }

  /** A slice, and whether the value ends with it. */
  record Part(Value value, boolean last) {}

  static Slicer of(String type, RedisLink link, byte[] key, int sliceBytes) {
    return switch (type) {
      case "string" -> new OfString(link, key, sliceBytes);
      case "list" -> new OfList(link, key, sliceBytes);
      case "hash" -> new OfHash(link, key, sliceBytes);
      case "set" -> new OfSet(link, key, sliceBytes);
      case "zset" -> new OfSortedSet(link, key, sliceBytes);
      case "stream" -> new OfStream(link, key, sliceBytes);
      default -> new OfOpaque(type, link, key, sliceBytes);
    };
  }

  RedisLink link() {
    return link;
  }

  abstract CompletableFuture<Part> next();

  final int elements() {
    return elements;
  }

  /** Learns from a slice how many elements fit the next one. */
  final Part learnt(Value value, int count, boolean last) {
    if (count > 0) {
      long each = Math.max(1, Replies.sizeOf(value) / count);
      elements = Math.clamp(sliceBytes / each, 1, MAX_ELEMENTS);
    }
    return new Part(value, last);
  }

  private static final class OfString extends Slicer {
    private long offset;

    OfString(RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
    }

    @Override
    CompletableFuture<Part> next() {
      long from = offset;
      offset += sliceBytes;
      return link()
          .call(CommandType.GETRANGE, key, from, from + sliceBytes) // one byte more tells of a next
          .thenApply(reply -> {
            byte[] bytes = Replies.bytes(reply);
            boolean last = bytes.length <= sliceBytes;
            byte[] slice = last ? bytes : Arrays.copyOf(bytes, sliceBytes);
            return new Part(new Value.StringValue(slice), last);
          });
    }
  }

  private static final class OfList extends Slicer {
    private long index;

    OfList(RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
    }

    @Override
    CompletableFuture<Part> next() {
      int count = elements();
      return link()
          .call(CommandType.LRANGE, key, index, index + count)
          .thenApply(reply -> {
            List<byte[]> found = Replies.byteList(reply);
            boolean last = found.size() <= count;
            List<byte[]> slice = last ? found : found.subList(0, count);
            index += slice.size();
            return learnt(new Value.ListValue(slice), slice.size(), last);
          });
    }
  }

  private static final class OfSortedSet extends Slicer {
    private long index;

    OfSortedSet(RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
    }

    @Override
    CompletableFuture<Part> next() {
      int count = elements();
      return link()
          .call(CommandType.ZRANGE, key, index, index + count, "WITHSCORES")
          .thenApply(reply -> {
            List<Value.ScoredMember> found = Replies.sortedSet(Replies.array(reply)).members();
            boolean last = found.size() <= count;
            List<Value.ScoredMember> slice = last ? found : found.subList(0, count);
            index += slice.size();
            return learnt(new Value.SortedSetValue(slice), slice.size(), last);
          });
    }
  }

  private static final class OfSet extends Slicer {
    private byte[] cursor = {'0'};

    OfSet(RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
    }

    @Override
    CompletableFuture<Part> next() {
      return link()
          .call(CommandType.SSCAN, key, cursor, "COUNT", (long) elements())
          .thenApply(reply -> {
            @Nullable Object[] page = Replies.array(reply);
            cursor = Replies.bytes(page[0]);
            List<byte[]> members = Replies.byteList(page[1]);
            return learnt(new Value.SetValue(members), members.size(), isEnd(cursor));
          });
    }
  }

  private static final class OfHash extends Slicer {
    private byte[] cursor = {'0'};

    OfHash(RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
    }

    @Override
    CompletableFuture<Part> next() {
      return link()
          .call(CommandType.HSCAN, key, cursor, "COUNT", (long) elements())
          .thenCompose(reply -> {
            @Nullable Object[] page = Replies.array(reply);
            cursor = Replies.bytes(page[0]);
            @Nullable Object[] pairs = Replies.array(page[1]);
            return expiries(pairs).thenApply(ends -> part(pairs, ends));
          });
    }

    private Part part(@Nullable Object[] pairs, @Nullable Object[] ends) {
      return learnt(Replies.hash(pairs, ends), pairs.length / 2, isEnd(cursor));
    }

    private CompletableFuture<@Nullable Object[]> expiries(@Nullable Object[] pairs) {
      if (!link().capabilities().fieldExpiry() || pairs.length == 0) {
        return CompletableFuture.completedFuture(new Object[0]);
      }
      List<Object> arguments = new ArrayList<>(pairs.length / 2 + 3);
      arguments.addAll(List.of(key, "FIELDS", (long) pairs.length / 2));
      for (int i = 0; i < pairs.length; i += 2) {
        arguments.add(Replies.bytes(pairs[i]));
      }
      return link().call(CommandType.HPEXPIRETIME, arguments.toArray()).thenApply(Replies::array);
    }
  }

  private static final class OfStream extends Slicer {
    private String from = "-";

    OfStream(RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
    }

    @Override
    CompletableFuture<Part> next() {
      int count = elements();
      CompletableFuture<@Nullable Object> info = link().call(CommandType.XINFO, "STREAM", key);
      return link()
          .call(CommandType.XRANGE, key, from, "+", "COUNT", (long) count + 1)
          .thenCombine(info, (reply, about) -> part(reply, about, count));
    }

    private Part part(@Nullable Object reply, @Nullable Object about, int count) {
      List<Value.StreamEntry> found = Replies.streamEntries(Replies.array(reply));
      boolean last = found.size() <= count;
      if (!last) {
        from = found.getLast().id();
      }
      List<Value.StreamEntry> slice = last ? found : found.subList(0, count);
      return learnt(Replies.stream(slice, Replies.array(about)), slice.size(), last);
    }
  }

  /** A module's type has no pages: its dump is read at once and given in slices. */
  private static final class OfOpaque extends Slicer {
    private final String type;
    private byte @Nullable [] dump;
    private int offset;

    OfOpaque(String type, RedisLink link, byte[] key, int sliceBytes) {
      super(link, key, sliceBytes);
      this.type = type;
    }

    @Override
    CompletableFuture<Part> next() {
      byte[] read = dump;
      if (read != null) {
        return CompletableFuture.completedFuture(part(read));
      }
      return link()
          .call(CommandType.DUMP, (Object) key)
          .thenApply(reply -> {
            byte[] bytes = Replies.bytes(reply);
            dump = bytes;
            return part(bytes);
          });
    }

    private Part part(byte[] bytes) {
      int end = Math.min(bytes.length, offset + sliceBytes);
      byte[] slice = Arrays.copyOfRange(bytes, offset, end);
      offset = end;
      return new Part(new Value.OpaqueValue(type, slice), end == bytes.length);
    }
  }

  private static boolean isEnd(byte[] cursor) {
    return cursor.length == 1 && cursor[0] == '0';
  }
}
