package io.replicator.client.sink.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import io.replicator.redis.LargeReader;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisLink;
import io.replicator.redis.ValueReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the target holds: SCAN, and the values of what it names, a few pages at a time on a
 * connection of its own. Values too large for a page are read slice by slice at the end.
 *
 * <pre>
 *   SCAN → keys of the feed ─┬→ page 1 read ─→ hashes told
 *     ↑ while pages are few  ├→ page 2 read ─→ …
 *     └──────────────────────┘
 * </pre>
 */
final class HoldingsReader {
  private static final int PAGES = 4;
  private static final int PAGE_KEYS = 512;
  private static final int PAGE_BYTES = 2 << 20;
  private static final int VALUE_BYTES = 256 * 1024;
  private static final int SLICE_BYTES = 512 * 1024;

  /** A value that is written while it is read is left out after so many attempts. */
  private static final int LARGE_ATTEMPTS = 5;

  private final RedisConnector connector;
  private final int database;
  private final Names names;
  private final int scanCount;
  private final Predicate<byte[]> concerns;
  private final int keysPerSecond;
  private final Holdings.Pages pages;
  private final CompletableFuture<Void> result = new CompletableFuture<>();

  // The rest is used under the lock of this.
  private final ArrayDeque<byte[]> found = new ArrayDeque<>();
  private final ArrayDeque<byte[]> large = new ArrayDeque<>();
  private byte[] cursor = {'0'};
  private boolean scanned;
  private boolean scanning;
  private int reading;
  private boolean readingLarge;
  private boolean stopped;
  private long keysRead;
  private final long startNanos = System.nanoTime();
  private @Nullable RedisLink link;
  private @Nullable ValueReader reader;

  /** Of the keys that the feed can hold; what this client writes for itself is left out. */
  static HoldingsReader of(
      RedisConnector connector,
      FeedId feed,
      RedisSinkSettings settings,
      Predicate<byte[]> covers,
      boolean chainIsData,
      int keysPerSecond,
      Holdings.Pages pages) {
    Predicate<byte[]> concerns =
        source ->
            feed.patterns().matches(source)
                && covers.test(source)
                && !(Names.isChainKey(source) && (!chainIsData || settings.localVersions()));
    return new HoldingsReader(
        connector,
        settings.targetDatabase(feed.database()),
        new Names(feed, settings.prefix()),
        settings.scanCount(),
        concerns,
        keysPerSecond,
        pages);
  }

  /**
   * @param concerns whether a source key is told
   */
  HoldingsReader(
      RedisConnector connector,
      int database,
      Names names,
      int scanCount,
      Predicate<byte[]> concerns,
      int keysPerSecond,
      Holdings.Pages pages) {
    this.connector = connector;
    this.database = database;
    this.names = names;
    this.scanCount = scanCount;
    this.concerns = concerns;
    this.keysPerSecond = keysPerSecond;
    this.pages = pages;
  }

  CompletableFuture<Void> run() {
    var _ =
        connector
            .open(database)
            .whenComplete((opened, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else {
                begin(opened);
              }
            });
    return result;
  }

  private synchronized void begin(RedisLink opened) {
    link = opened;
    reader = new ValueReader(opened, null);
    step();
  }

  private synchronized void step() {
    RedisLink open = link;
    ValueReader values = reader;
    if (stopped || open == null || values == null) {
      return;
    }
    while (reading < PAGES && (found.size() >= PAGE_KEYS || (scanned && !found.isEmpty()))) {
      List<byte[]> keys = new ArrayList<>(PAGE_KEYS);
      while (keys.size() < PAGE_KEYS && !found.isEmpty()) {
        keys.add(found.removeFirst());
      }
      reading++;
      read(values, keys);
    }
    if (!scanned && !scanning && found.size() < 2 * PAGE_KEYS) {
      scanning = true;
      paced(() -> scan(open));
    }
    if (!readingLarge && !large.isEmpty()) {
      readingLarge = true;
      readLarge(large.removeFirst(), 1);
    }
    if (scanned && reading == 0 && found.isEmpty() && !readingLarge) {
      stop(null);
    }
  }

  /** Not before so many keys may have been read. */
  private void paced(Runnable work) {
    long wait =
        keysPerSecond == 0
            ? 0
            : startNanos + (long) (keysRead * 1e9 / keysPerSecond) - System.nanoTime();
    if (wait <= 0) {
      work.run();
    } else {
      CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS).execute(work);
    }
  }

  private void scan(RedisLink open) {
    var _ =
        open.call(CommandType.SCAN, cursor, "MATCH", names.scanPattern(), "COUNT", (long) scanCount)
            .whenComplete((reply, failure) -> {
              if (failure != null) {
                stop(failure);
              } else {
                scanned(reply);
              }
            });
  }

  private synchronized void scanned(@Nullable Object reply) {
    if (!(reply instanceof Object[] page)
        || !(page[0] instanceof byte[] next)
        || !(page[1] instanceof Object[] keys)) {
      stop(new IllegalStateException("SCAN answered something unexpected"));
      return;
    }
    for (Object key : keys) {
      if (key instanceof byte[] target && !Names.isOwn(target) && names.hasPrefix(target)) {
        byte[] source = names.atSource(target);
        if (concerns.test(source)) {
          found.add(target);
        }
      }
    }
    keysRead += keys.length;
    cursor = next;
    scanned = next.length == 1 && next[0] == '0';
    scanning = false;
    step();
  }

  private void read(ValueReader values, List<byte[]> keys) {
    var _ =
        values
            .read(keys, PAGE_BYTES, VALUE_BYTES)
            .whenComplete((page, failure) -> {
              if (failure != null) {
                stop(failure);
              } else {
                wasRead(keys, page);
              }
            });
  }

  private synchronized void wasRead(List<byte[]> keys, ReadPage page) {
    reading--;
    List<byte[]> told = new ArrayList<>(keys.size());
    long[] hashes = new long[keys.size()];
    for (int i = 0; i < keys.size(); i++) {
      switch (page.entries().get(i)) {
        case Read.Present present -> {
          hashes[told.size()] = present.hash();
          told.add(names.atSource(keys.get(i)));
        }
        case Read.Large tooLarge -> large.add(keys.get(i));
        case Read.Skipped skipped -> found.addFirst(keys.get(i));
        case Read.Absent absent -> {} // gone since SCAN named it
      }
    }
    tell(told, Arrays.copyOf(hashes, told.size()));
    step();
  }

  private void tell(List<byte[]> keys, long[] hashes) {
    if (!stopped && !keys.isEmpty() && !pages.page(keys, hashes)) {
      stop(null);
    }
  }

  private void readLarge(byte[] key, int attempt) {
    LargeReader slices = new LargeReader(() -> connector.open(database), key, SLICE_BYTES);
    var _ =
        hash(slices, new ValueHash())
            .whenComplete((hash, failure) -> {
              slices.close();
              largeRead(key, attempt, hash, failure);
            });
  }

  /** The hash of what the slices hold together; 0 = the key is gone. */
  private static CompletionStage<Long> hash(LargeReader slices, ValueHash hash) {
    return slices
        .next()
        .thenCompose((LargeSlice slice) -> {
          Value value = slice.slice();
          if (value == null) {
            return CompletableFuture.completedFuture(0L);
          }
          hash.add(value);
          return slice.last()
              ? CompletableFuture.completedFuture(hash.finish(slice.expiresAtMillis()))
              : hash(slices, hash);
        });
  }

  private synchronized void largeRead(
      byte[] key, int attempt, @Nullable Long hash, @Nullable Throwable failure) {
    if (failure != null && attempt < LARGE_ATTEMPTS) {
      readLarge(key, attempt + 1);
      return;
    }
    readingLarge = false;
    if (hash != null && hash != 0) {
      tell(List.of(names.atSource(key)), new long[] {hash});
    }
    step();
  }

  private void stop(@Nullable Throwable failure) {
    RedisLink open;
    synchronized (this) {
      stopped = true;
      open = link;
      link = null;
    }
    if (open != null) {
      open.close();
    }
    if (failure == null) {
      result.complete(null);
    } else {
      result.completeExceptionally(failure);
    }
  }
}
