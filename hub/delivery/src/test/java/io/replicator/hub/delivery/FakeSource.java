package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory, under the hand of the test: values, hints, versions, and how long a read
 * takes.
 */
final class FakeSource implements Source {
  private final Loop loop;
  private final int database;
  private final boolean versioned;
  final TreeMap<Key, byte[]> values = new TreeMap<>();
  final TreeMap<Long, List<Key>> lists = new TreeMap<>();

  /** How often each key was changed: what a copy must never see go down. */
  final Map<Key, Long> changes = new TreeMap<>();

  long version;
  Duration readTakes = Duration.ofNanos(100_000);
  int failReads;
  long reads;
  long keysRead;
  long wholeReads;
  int largeReadsToDisturb;
  int largeReads;
  @Nullable Listener listener;
  boolean closed;

  FakeSource(Loop loop, int database, boolean versioned) {
    this.loop = loop;
    this.database = database;
    this.versioned = versioned;
  }

  Listener told() {
    if (listener == null) {
      throw new IllegalStateException("not started");
    }
    return listener;
  }

  /** Changes without telling. */
  void quietly(String key, byte @Nullable [] value) {
    Key name = Key.of(key);
    if (value == null) {
      values.remove(name);
    } else {
      values.put(name, value);
    }
    changes.merge(name, 1L, Long::sum);
  }

  void put(String key, byte[] value) {
    quietly(key, value);
    told().changed(List.of(Key.of(key).bytes()));
  }

  void put(String key, String value) {
    put(key, value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  void remove(String key) {
    quietly(key, null);
    told().changed(List.of(Key.of(key).bytes()));
  }

  /** One version of a versioned database; null values remove. */
  void commit(Map<String, byte[]> puts, List<String> removes) {
    List<Key> keys = new ArrayList<>();
    puts.forEach((key, value) -> {
      quietly(key, value);
      keys.add(Key.of(key));
    });
    for (String key : removes) {
      quietly(key, null);
      keys.add(Key.of(key));
    }
    version++;
    lists.put(version, keys);
    told().versions(List.of(new VersionList(version, keys, 0)));
  }

  void scan() {
    told().scanBegan("start");
    List<byte[]> keys = values.keySet().stream().map(Key::bytes).toList();
    for (int from = 0; from < keys.size(); from += 500) {
      List<byte[]> page = keys.subList(from, Math.min(keys.size(), from + 500));
      told().scanned(page, new long[page.size()]);
    }
    told().scanEnded();
  }

  @Override
  public int database() {
    return database;
  }

  @Override
  public boolean versioned() {
    return versioned;
  }

  @Override
  public void start(Listener newListener) {
    listener = newListener;
  }

  @Override
  public CompletionStage<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    CompletableFuture<ReadPage> result = new CompletableFuture<>();
    reads++;
    // What it finds is of a moment between the question and the answer.
    loop.schedule(
        readTakes.dividedBy(2),
        () -> {
          if (failReads > 0) {
            failReads--;
            loop.schedule(
                readTakes.dividedBy(2),
                () -> result.completeExceptionally(new IllegalStateException("source is away")));
            return;
          }
          ReadPage page = new ReadPage(version, readNow(keys, maxBytes, maxValueBytes));
          loop.schedule(readTakes.dividedBy(2), () -> result.complete(page));
        });
    return result;
  }

  private List<Read> readNow(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    List<Read> entries = new ArrayList<>();
    long bytes = 0;
    keysRead += keys.size();
    for (byte[] key : keys) {
      byte[] value = values.get(Key.of(key));
      if (bytes > 0 && bytes >= maxBytes) {
        entries.add(new Read.Skipped());
      } else if (value == null) {
        entries.add(new Read.Absent());
      } else if (value.length > maxValueBytes) {
        entries.add(new Read.Large(value.length));
      } else {
        wholeReads += value.length > 100_000 ? 1 : 0;
        bytes += value.length;
        Value string = new Value.StringValue(value);
        entries.add(new Read.Present(string, 0, ValueHash.of(string, 0), value.length));
      }
    }
    return entries;
  }

  @Override
  public LargeRead readLarge(byte[] key, int sliceBytes) {
    byte @Nullable [] before = values.get(Key.of(key));
    largeReads++;
    return new LargeRead() {
      private int at;

      @Override
      public CompletionStage<LargeSlice> next() {
        CompletableFuture<LargeSlice> result = new CompletableFuture<>();
        loop.schedule(readTakes, () -> answer(result));
        return result;
      }

      private void answer(CompletableFuture<LargeSlice> result) {
        byte @Nullable [] now = values.get(Key.of(key));
        if (now == null || before == null) {
          result.complete(new LargeSlice(null, 0, true));
          return;
        }
        int to = Math.min(before.length, at + sliceBytes);
        boolean last = to == before.length;
        if (last && (!Arrays.equals(now, before) || largeReadsToDisturb > 0)) {
          largeReadsToDisturb--;
          result.completeExceptionally(new CompletionException(new ChangedMeanwhile(Key.of(key))));
          return;
        }
        Value slice = new Value.StringValue(Arrays.copyOfRange(before, at, to));
        at = to;
        result.complete(new LargeSlice(slice, 0, last));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public CompletionStage<List<VersionList>> chain(long from, long to) {
    List<VersionList> found = new ArrayList<>();
    lists
        .subMap(from, false, to, true)
        .forEach((n, keys) -> found.add(new VersionList(n, keys, 0)));
    return CompletableFuture.completedFuture(found);
  }

  @Override
  public SourceStatus status() {
    return new SourceStatus(true, "test", "memory", 0, 0, reads, 0, "");
  }

  @Override
  public void close() {
    closed = true;
  }
}
