package io.replicator.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page without scripts, for users that may not run them: types and sizes first, then all
 * values in one MULTI/EXEC. A key whose type changed in between is {@link Read.Skipped}.
 *
 * <p>The words MULTI and EXEC are sent as plain commands: the library's own transactions keep state
 * on the connection, which is shared here.
 */
final class CommandPages implements PageReader {
  private static final int UNKNOWN_SIZE = 64;

  private final RedisLink link;
  private final byte @Nullable [] versionKey;

  CommandPages(RedisLink link, byte @Nullable [] versionKey) {
    this.link = link;
    this.versionKey = versionKey;
  }

  /** What the first round found: type and about how many bytes. */
  private record Found(String type, long bytes) {}

  @Override
  public CompletableFuture<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    List<CompletableFuture<Found>> found = keys.stream().map(this::find).toList();
    return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new))
        .thenCompose(done -> readValues(keys, found, maxBytes, maxValueBytes));
  }

  private CompletableFuture<Found> find(byte[] key) {
    CompletableFuture<@Nullable Object> type = link.call(CommandType.TYPE, (Object) key);
    CompletableFuture<@Nullable Object> usage =
        link.call(CommandType.MEMORY, "USAGE", key)
            .exceptionallyCompose(error ->
                ScriptPages.isForbidden(error)
                    ? link.call(CommandType.STRLEN, (Object) key)
                        .exceptionally(wrongType -> (long) UNKNOWN_SIZE)
                    : CompletableFuture.failedFuture(error));
    return type.thenCombine(
        usage,
        (kind, bytes) -> new Found(Replies.text(kind), bytes instanceof Long known ? known : 0));
  }

  private CompletableFuture<ReadPage> readValues(
      List<byte[]> keys, List<CompletableFuture<Found>> found, int maxBytes, int maxValueBytes) {
    List<Step> steps = new ArrayList<>(keys.size());
    long total = 0;
    synchronized (link) { // MULTI … EXEC of two callers must not mix
      send(LargeReader.Word.MULTI);
      if (!link.capabilities().expireTime()) {
        send(CommandType.TIME);
      }
      for (int i = 0; i < keys.size(); i++) {
        Found known = found.get(i).join();
        boolean large = known.bytes() > maxValueBytes;
        if (total >= maxBytes) {
          steps.add(new Step(known, 0));
        } else {
          steps.add(new Step(known, queue(keys.get(i), known, large)));
          total += large ? 0 : known.bytes();
        }
      }
      if (versionKey != null) {
        send(CommandType.GET, versionKey);
      }
      return link.call(LargeReader.Word.EXEC)
          .thenApply(reply -> page(steps, Replies.array(reply), maxValueBytes));
    }
  }

  /**
   * A key's part of the transaction.
   *
   * @param replies how many replies of EXEC are its own, 0 = skipped
   */
  private record Step(Found found, int replies) {}

  private int queue(byte[] key, Found known, boolean large) {
    send(link.capabilities().expireTime() ? CommandType.PEXPIRETIME : CommandType.PTTL, key);
    if (large) {
      return 1;
    }
    switch (known.type()) {
      case "none" -> send(CommandType.EXISTS, key);
      case "string" -> send(CommandType.GET, key);
      case "hash" -> send(CommandType.HGETALL, key);
      case "list" -> send(CommandType.LRANGE, key, 0L, -1L);
      case "set" -> send(CommandType.SMEMBERS, key);
      case "zset" -> send(CommandType.ZRANGE, key, 0L, -1L, "WITHSCORES");
      case "stream" -> {
        send(CommandType.XRANGE, key, "-", "+");
        send(CommandType.XINFO, "STREAM", key);
        return 3;
      }
      default -> send(CommandType.DUMP, key);
    }
    return 2;
  }

  private void send(ProtocolKeyword command, Object... arguments) {
    // QUEUED, or an error that EXEC repeats
    var _ = link.call(command, arguments);
  }

  private ReadPage page(List<Step> steps, @Nullable Object[] replies, int maxValueBytes) {
    List<Read> reads = new ArrayList<>(steps.size());
    int at = 0;
    long now = 0;
    if (!link.capabilities().expireTime()) {
      @Nullable Object[] time = Replies.array(replies[at++]);
      now = Replies.integer(time[0]) * 1000 + Replies.integer(time[1]) / 1000;
    }
    for (Step step : steps) {
      reads.add(read(step, replies, at, now, maxValueBytes));
      at += step.replies();
    }
    long version = versionKey == null || replies[at] == null ? 0 : Replies.integer(replies[at]);
    return new ReadPage(version, reads);
  }

  private static Read read(
      Step step, @Nullable Object[] replies, int at, long now, int maxValueBytes) {
    if (step.replies() == 0) {
      return new Read.Skipped();
    }
    long expiry = Replies.integer(replies[at]);
    if (expiry == -2) {
      return new Read.Absent();
    }
    if (step.replies() == 1) {
      return new Read.Large(step.found().bytes());
    }
    Object content = replies[at + 1];
    if (content == null || content instanceof ReplyOutput.ErrorReply || content instanceof Long) {
      return new Read.Skipped(); // another type than a moment ago
    }
    Value value = value(step, content, replies, at);
    long bytes = Replies.sizeOf(value);
    if (bytes > maxValueBytes) {
      return new Read.Large(bytes);
    }
    return ScriptPages.present(value, expiry < 0 ? expiry : now + expiry, bytes);
  }

  private static Value value(Step step, Object content, @Nullable Object[] replies, int at) {
    return switch (step.found().type()) {
      case "string" -> new Value.StringValue(Replies.bytes(content));
      case "hash" -> Replies.hash(Replies.array(content), new Object[0]);
      case "list" -> new Value.ListValue(Replies.byteList(content));
      case "set" -> new Value.SetValue(Replies.byteList(content));
      case "zset" -> Replies.sortedSet(Replies.array(content));
      case "stream" ->
          Replies.stream(
              Replies.streamEntries(Replies.array(content)), Replies.array(replies[at + 2]));
      default -> new Value.OpaqueValue(step.found().type(), Replies.bytes(content));
    };
  }
}
