package io.replicator.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.replicator.api.Key;
import io.replicator.api.Source.ChangedMeanwhile;
import io.replicator.api.Source.LargeRead;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one large value slice by slice on a connection of its own, under WATCH: the last slice is
 * given only if an EXEC shows that nobody touched the key since the first.
 *
 * <pre>
 *   WATCH key, TYPE, PEXPIRETIME ──► slice ──► slice ──► … ──► last slice, MULTI, EXEC
 *                                                                  null: ChangedMeanwhile
 * </pre>
 *
 * Called by one caller, one {@link #next} at a time.
 */
public final class LargeReader implements LargeRead {
  private final Supplier<CompletionStage<RedisLink>> opening;
  private final byte[] key;
  private final int sliceBytes;
  private @Nullable CompletableFuture<RedisLink> link; // the caller's thread
  private @Nullable Slicer slicer; // set once before the first slice
  private long expiresAtMillis;
  private volatile boolean closed;

  /**
   * @param opening opens a link that is closed with this read
   */
  public LargeReader(Supplier<CompletionStage<RedisLink>> opening, byte[] key, int sliceBytes) {
    if (sliceBytes < 1) {
      throw new IllegalArgumentException("sliceBytes " + sliceBytes + ": at least 1 expected");
    }
    this.opening = opening;
    this.key = key;
    this.sliceBytes = sliceBytes;
  }

  @Override
  public CompletionStage<LargeSlice> next() {
    if (closed) {
      return CompletableFuture.failedFuture(new ChangedMeanwhile(Key.of(key)));
    }
    CompletableFuture<LargeSlice> slice;
    Slicer begun = slicer;
    if (begun != null) {
      slice = slice(begun);
    } else {
      link = opening.get().toCompletableFuture();
      slice = link.thenCompose(this::begin);
    }
    return slice.exceptionallyCompose(error -> {
      Throwable cause = AccessErrors.unwrapped(error);
      return CompletableFuture.failedFuture(
          cause instanceof ChangedMeanwhile ? cause : AccessErrors.of("source", cause));
    });
  }

  private CompletableFuture<LargeSlice> begin(RedisLink opened) {
    if (closed) {
      opened.close();
      return CompletableFuture.failedFuture(new ChangedMeanwhile(Key.of(key)));
    }
    boolean absolute = opened.capabilities().expireTime();
    var _ = opened.call(CommandType.WATCH, (Object) key);
    CompletableFuture<@Nullable Object> type = opened.call(CommandType.TYPE, (Object) key);
    CompletableFuture<@Nullable Object> expiry =
        opened.call(absolute ? CommandType.PEXPIRETIME : CommandType.PTTL, (Object) key);
    CompletableFuture<@Nullable Object> time =
        absolute ? CompletableFuture.completedFuture(null) : opened.call(CommandType.TIME);
    return CompletableFuture.allOf(type, expiry, time)
        .thenCompose(done -> {
          String kind = Replies.text(type.join());
          if (kind.equals("none")) {
            return CompletableFuture.completedFuture(new LargeSlice(null, 0, true));
          }
          long at = Replies.integer(expiry.join());
          expiresAtMillis = at < 0 ? 0 : absolute ? at : at + millis(time.join());
          Slicer begun = Slicer.of(kind, opened, key, sliceBytes);
          slicer = begun;
          return slice(begun);
        });
  }

  private CompletableFuture<LargeSlice> slice(Slicer begun) {
    return begun
        .next()
        .thenCompose(part ->
            part.last()
                ? confirmed(begun.link(), part.value())
                : CompletableFuture.completedFuture(
                    new LargeSlice(part.value(), expiresAtMillis, false)));
  }

  private CompletableFuture<LargeSlice> confirmed(RedisLink opened, Value value) {
    var _ = opened.call(Word.MULTI);
    var _ = opened.call(CommandType.PING);
    return opened
        .call(Word.EXEC)
        .thenApply(reply -> {
          if (reply == null) {
            throw new ChangedMeanwhile(Key.of(key));
          }
          return new LargeSlice(value, expiresAtMillis, true);
        });
  }

  private static long millis(@Nullable Object time) {
    @Nullable Object[] parts = Replies.array(time);
    return Replies.integer(parts[0]) * 1000 + Replies.integer(parts[1]) / 1000;
  }

  @Override
  public void close() {
    closed = true;
    CompletableFuture<RedisLink> opened = link;
    if (opened != null) {
      var _ = opened.thenAccept(RedisLink::close);
    }
  }

  /**
   * A word of a transaction. In small letters the library does not know it and keeps no state of
   * its own about the transaction.
   */
  record Word(String word) implements ProtocolKeyword {
    static final Word MULTI = new Word("multi");
    static final Word EXEC = new Word("exec");

    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return word;
    }
  }
}
