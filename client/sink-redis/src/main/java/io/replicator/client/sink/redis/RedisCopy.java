package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A target Redis that is only looked at: tells what it holds, and is never written to. */
public final class RedisCopy implements Holdings {
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
  public boolean holdsData(FeedId feed) {
    return true;
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
  public CompletionStage<Void> apply(Batch batch) {
    return refused();
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    return refused();
  }

  @Override
  public CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    return refused();
  }

  private <T> CompletionStage<T> refused() {
    return CompletableFuture.failedFuture(
        new SinkException(
            SinkException.Category.BROKEN, name() + " is only looked at, not written to"));
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return false;
  }

  @Override
  public CompletionStage<Void> reconciled(FeedId feed) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {
    connector.close();
  }
}
