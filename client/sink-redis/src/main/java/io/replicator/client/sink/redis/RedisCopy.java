package io.replicator.client.sink.redis;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.ReadOnlyHoldings;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A target Redis that is only looked at: tells what it holds, and is never written to. */
public final class RedisCopy implements ReadOnlyHoldings {
  private final RedisConnector connector;
  private final RedisSinkSettings settings;

  public RedisCopy(RedisEndpoint endpoint, RedisSinkSettings settings) {
    this.connector = new RedisConnector(endpoint);
    this.settings = settings;
  }

  @Override
  public String name() {
    return "redis " + connector.endpoint().name();
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    return Failures.plain(name(), connector.open(settings.targetDatabase(feed.database())))
        .thenApply(link -> {
          link.close();
          return Cursor.NONE;
        });
  }

  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    return Failures.plain(
        name(),
        HoldingsReader.of(connector, feed, settings, covers, chainIsData, keysPerSecond, pages)
            .run());
  }

  @Override
  public void close() {
    connector.close();
  }
}
