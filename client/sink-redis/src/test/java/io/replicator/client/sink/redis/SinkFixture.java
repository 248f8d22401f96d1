package io.replicator.client.sink.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A real Redis, a sink on it, and a connection of its own to look at what the sink did. */
final class SinkFixture implements AutoCloseable {
  static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);

  private final RedisServer server;
  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> connection;

  SinkFixture(String... options) {
    this.server = RedisServer.started(options);
    this.client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
    this.connection = client.connect(ByteArrayCodec.INSTANCE);
  }

  RedisServer server() {
    return server;
  }

  RedisCommands<byte[], byte[]> redis() {
    return connection.sync();
  }

  StatefulRedisConnection<byte[], byte[]> anotherConnection() {
    return client.connect(ByteArrayCodec.INSTANCE);
  }

  RedisEndpoint endpoint() {
    return RedisEndpoint.parse(server.address());
  }

  RedisSink sink() {
    return sink(RedisSinkSettings.DEFAULTS);
  }

  RedisSink sink(RedisSinkSettings settings) {
    return new RedisSink(endpoint(), settings);
  }

  @Override
  public void close() {
    client.shutdown(0, 1, TimeUnit.SECONDS);
    server.close();
  }

  static <T> T done(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SinkException failure) {
        throw failure;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte @Nullable [] bytes) {
    return bytes == null ? "(nil)" : new String(bytes, StandardCharsets.UTF_8);
  }

  static Value.StringValue string(String text) {
    return new Value.StringValue(bytes(text));
  }

  static Change put(String key, Value value) {
    return new Change.Put(Key.of(key), 1, value, 0);
  }

  static Change put(String key, String value) {
    return put(key, string(value));
  }

  static Change remove(String key) {
    return new Change.Remove(Key.of(key), 1);
  }

  static Change part(String key, int index, boolean last, Value slice) {
    return new Change.Part(Key.of(key), 1, index, last, slice, 0);
  }

  static Cursor live(String token) {
    return new Cursor(bytes(token), null);
  }

  /** A batch under construction. */
  static BatchBuilder batch(Change... changes) {
    return new BatchBuilder(List.of(changes));
  }

  static final class BatchBuilder {
    private final List<Change> changes;
    private FeedId feed = FEED;
    private Lane lane = Lane.LIVE;
    private Cursor cursor = live("cursor");
    private boolean begin;
    private boolean end;
    private Batch.@Nullable VersionChain chain;

    private BatchBuilder(List<Change> changes) {
      this.changes = new ArrayList<>(changes);
    }

    BatchBuilder feed(FeedId of) {
      feed = of;
      return this;
    }

    BatchBuilder backfill() {
      lane = Lane.BACKFILL;
      return this;
    }

    BatchBuilder cursor(Cursor of) {
      cursor = of;
      return this;
    }

    BatchBuilder begin() {
      begin = true;
      return this;
    }

    BatchBuilder end() {
      end = true;
      return this;
    }

    BatchBuilder chain(Batch.VersionChain of) {
      chain = of;
      return this;
    }

    Batch build() {
      return new Batch(feed, lane, 7, 1, changes, cursor, begin, end, chain);
    }
  }
}
