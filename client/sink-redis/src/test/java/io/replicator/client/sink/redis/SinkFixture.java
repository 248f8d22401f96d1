package io.replicator.client.sink.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.SinkData;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
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

  static String text(byte @Nullable [] bytes) {
    return bytes == null ? "(nil)" : new String(bytes, StandardCharsets.UTF_8);
  }

  static SinkData.BatchBuilder batch(Change... changes) {
    return SinkData.batchOf(FEED, changes);
  }
}
