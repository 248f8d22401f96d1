package io.replicator.testing.testkit;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What tests of sinks give to them, in few words; and how they wait for what becomes of it. */
public final class SinkData {
  private static final long LIMIT_SECONDS = 90;

  private SinkData() {}

  /** Waits; a failure of the sink is thrown as it is. */
  public static <T> T done(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SinkException failure) {
        throw failure;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static Value.StringValue string(String text) {
    return new Value.StringValue(bytes(text));
  }

  public static Value.HashValue hash(String... fieldsAndValues) {
    List<Value.Field> fields = new ArrayList<>();
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      fields.add(new Value.Field(bytes(fieldsAndValues[i]), bytes(fieldsAndValues[i + 1]), 0));
    }
    return new Value.HashValue(fields);
  }

  public static Value.SetValue set(String... members) {
    List<byte[]> bytes = new ArrayList<>();
    for (String member : members) {
      bytes.add(bytes(member));
    }
    return new Value.SetValue(bytes);
  }

  public static Value.ListValue list(String... elements) {
    return new Value.ListValue(set(elements).members());
  }

  public static Change put(String key, Value value) {
    return put(key, value, 0);
  }

  public static Change put(String key, String value) {
    return put(key, string(value));
  }

  public static Change put(String key, Value value, long expiresAtMillis) {
    return new Change.Put(Key.of(key), 1, value, expiresAtMillis);
  }

  public static Change remove(String key) {
    return new Change.Remove(Key.of(key), 1);
  }

  public static Change part(String key, int index, boolean last, Value slice) {
    return new Change.Part(Key.of(key), 1, index, last, slice, 0);
  }

  public static Cursor live(String token) {
    return new Cursor(bytes(token), null);
  }

  /** A live batch of this feed with the cursor "cursor", unless something else is said. */
  public static BatchBuilder batchOf(FeedId feed, Change... changes) {
    return new BatchBuilder(feed, List.of(changes));
  }

  /** A batch under construction. */
  public static final class BatchBuilder {
    private final List<Change> changes;
    private FeedId feed;
    private Lane lane = Lane.LIVE;
    private Cursor cursor = live("cursor");
    private boolean begin;
    private boolean end;
    private Batch.@Nullable VersionChain chain;

    private BatchBuilder(FeedId feed, List<Change> changes) {
      this.feed = feed;
      this.changes = new ArrayList<>(changes);
    }

    public BatchBuilder feed(FeedId of) {
      feed = of;
      return this;
    }

    public BatchBuilder backfill() {
      lane = Lane.BACKFILL;
      return this;
    }

    public BatchBuilder cursor(Cursor of) {
      cursor = of;
      return this;
    }

    public BatchBuilder begin() {
      begin = true;
      return this;
    }

    public BatchBuilder end() {
      end = true;
      return this;
    }

    public BatchBuilder chain(Batch.VersionChain of) {
      chain = of;
      return this;
    }

    /** A chain without lists. */
    public BatchBuilder chain(long version) {
      return chain(new Batch.VersionChain(version, List.of()));
    }

    public Batch build() {
      return new Batch(feed, lane, 7, 1, changes, cursor, begin, end, chain);
    }
  }
}
