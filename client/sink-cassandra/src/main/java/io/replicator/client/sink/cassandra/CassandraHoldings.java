package io.replicator.client.sink.cassandra;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.ReadOnlyHoldings;
import io.replicator.api.SinkException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A target Cassandra that is only looked at: tells what it holds, and is never written to. */
public final class CassandraHoldings implements ReadOnlyHoldings {
  private final CassandraEndpoint endpoint;
  private final CassandraSinkSettings settings;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final String name;

  /** Opened by the first {@link #open}, which come one after the other. */
  private volatile @Nullable CassandraCopy copy;

  public CassandraHoldings(CassandraEndpoint endpoint, CassandraSinkSettings settings) {
    this.endpoint = endpoint;
    this.settings = settings;
    this.name = new Connector(endpoint, settings.readConsistency().name()).name();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    if (!settings.tellsOf(feed.database())) {
      return CompletableFuture.failedFuture(
          new SinkException(
              SinkException.Category.REFUSED,
              name
                  + ": keys of feed "
                  + feed.name()
                  + " go to tables of your own, whose rows do not tell what the value was: use"
                  + " 'replicator compare --cassandra' for them"));
    }
    return run(
            () -> {
              if (copy == null) {
                copy = CassandraCopy.open(endpoint, settings);
              }
            })
        .thenApply(done -> Cursor.NONE);
  }

  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    return run(() -> Objects.requireNonNull(copy).tell(feed, covers, keysPerSecond, pages));
  }

  private CompletionStage<Void> run(Runnable step) {
    try {
      return CompletableFuture.runAsync(step, threads)
          .exceptionallyCompose(e -> CompletableFuture.failedFuture(Failures.of(name, e)));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new SinkException(SinkException.Category.UNAVAILABLE, name + ": it is closed", e));
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    CassandraCopy open = copy;
    if (open != null) {
      open.close();
    }
  }
}
