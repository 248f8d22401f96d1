package io.replicator.hub.source.redis;

import io.replicator.api.Key;
import io.replicator.api.Source.ChangedMeanwhile;
import io.replicator.api.Source.LargeRead;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.redis.LargeReader;
import io.replicator.redis.RedisConnector;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The large reads under way, each on a connection of its own, at most {@value #MAX_OPEN}: the
 * oldest one gives way to a new one as if its key had changed. A key that changed under three reads
 * in a row is read at once, if it has no more than {@value #MAX_ATOMIC_BYTES} bytes.
 */
final class LargeReads implements AutoCloseable {
  static final int MAX_ATOMIC_BYTES = 64 << 20;
  private static final int MAX_OPEN = 16;
  private static final int ATTEMPTS = 3;
  private static final int MAX_REMEMBERED = 256;

  private final RedisConnector connector;
  private final int database;
  private final PageRead pages;
  private final ArrayDeque<LargeRead> open = new ArrayDeque<>(); // guarded by this
  private final Map<Key, Integer> failures = new LinkedHashMap<>(); // guarded by this

  /** Reads a page, as {@link io.replicator.api.Source#read}. */
  interface PageRead {
    CompletionStage<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes);
  }

  LargeReads(RedisConnector connector, int database, PageRead pages) {
    this.connector = connector;
    this.database = database;
    this.pages = pages;
  }

  synchronized LargeRead begin(byte[] key, int sliceBytes) {
    if (open.size() >= MAX_OPEN) {
      open.removeFirst().close();
    }
    LargeReader reader = new LargeReader(() -> connector.open(database), key, sliceBytes);
    boolean atOnce = failures.getOrDefault(Key.of(key), 0) >= ATTEMPTS;
    LargeRead begun = new Tracked(key, reader, atOnce);
    open.addLast(begun);
    return begun;
  }

  private synchronized void changed(byte[] key) {
    failures.merge(Key.of(key), 1, Integer::sum);
    if (failures.size() > MAX_REMEMBERED) {
      Iterator<Key> oldest = failures.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  private synchronized void ended(LargeRead read) {
    open.remove(read);
  }

  private synchronized void succeeded(byte[] key) {
    failures.remove(Key.of(key));
  }

  @Override
  public void close() {
    List<LargeRead> all;
    synchronized (this) {
      all = List.copyOf(open);
    }
    all.forEach(LargeRead::close);
  }

  /** A read whose failures are remembered. */
  private final class Tracked implements LargeRead {
    private final byte[] key;
    private final LargeReader reader;
    private boolean atOnce; // the caller's thread

    Tracked(byte[] key, LargeReader reader, boolean atOnce) {
      this.key = key;
      this.reader = reader;
      this.atOnce = atOnce;
    }

    @Override
    public CompletionStage<LargeSlice> next() {
      CompletionStage<@Nullable LargeSlice> whole =
          atOnce ? atomically() : CompletableFuture.completedFuture(null);
      atOnce = false;
      return whole
          .thenCompose(
              slice -> slice != null ? CompletableFuture.completedFuture(slice) : reader.next())
          .whenComplete((slice, error) -> note(slice, error));
    }

    private void note(@Nullable LargeSlice slice, @Nullable Throwable error) {
      Throwable cause = error instanceof CompletionException wrapped ? wrapped.getCause() : error;
      if (cause instanceof ChangedMeanwhile) {
        changed(key);
      } else if (slice != null && slice.last()) {
        succeeded(key);
      }
    }

    /** The whole value as one slice, or null if it is too large for that. */
    private CompletionStage<@Nullable LargeSlice> atomically() {
      return pages
          .read(List.of(key), MAX_ATOMIC_BYTES, MAX_ATOMIC_BYTES)
          .thenApply(page ->
              switch (page.entries().getFirst()) {
                case Read.Present present ->
                    new LargeSlice(present.value(), present.expiresAtMillis(), true);
                case Read.Absent absent -> new LargeSlice(null, 0, true);
                case Read.Large large -> null;
                case Read.Skipped skipped -> null;
              });
    }

    @Override
    public void close() {
      reader.close();
      ended(this);
    }
  }
}
