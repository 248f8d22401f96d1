package io.replicator.client.sink.cassandra;

import io.replicator.api.Batch;
import io.replicator.api.Counted;
import io.replicator.api.Counters;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A keyspace that is kept a copy: one row or partition for each key, in typed tables or in tables
 * of the user's own. A batch is not one step in Cassandra; but its writes have timestamps that only
 * grow, so a batch that was cut is applied again with the same outcome, and its cursor is stored
 * last.
 */
public final class CassandraSink implements Holdings {
  private final CassandraSinkSettings settings;
  private final Cluster cluster;
  private final InstantSource clock;
  private final Counters<SinkCounter> counters = new Counters<>(SinkCounter.class);
  private final Map<FeedId, FeedSession> sessions = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("replicator-cassandra-", 1).factory());

  public CassandraSink(CassandraEndpoint endpoint, CassandraSinkSettings settings) {
    this(endpoint, settings, InstantSource.system());
  }

  CassandraSink(CassandraEndpoint endpoint, CassandraSinkSettings settings, InstantSource clock) {
    this.settings = settings;
    this.cluster = new Cluster(endpoint, settings, counters);
    this.clock = clock;
  }

  @Override
  public String name() {
    return cluster.name();
  }

  public Counters<SinkCounter> counters() {
    return counters;
  }

  @Override
  public List<Counted> counted() {
    return counters.counted();
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    int target = settings.targetDatabase(feed.database());
    for (FeedId other : sessions.keySet()) {
      if (other.database() != feed.database()
          && settings.targetDatabase(other.database()) == target) {
        return CompletableFuture.failedFuture(
            new SinkException(
                SinkException.Category.REFUSED,
                "databases "
                    + other.database()
                    + " and "
                    + feed.database()
                    + " both go to database "
                    + target
                    + " of "
                    + name()
                    + ": map each to one of its own"));
      }
    }
    FeedSession session =
        sessions.computeIfAbsent(
            feed, id -> new FeedSession(id, cluster, settings, clock, counters));
    return run(session::open);
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    FeedSession session = session(batch.feed());
    return step(() -> session.apply(batch));
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    FeedSession session = session(feed);
    return run(() -> session.removeLeftovers(presence));
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return session(feed).owesLeftovers();
  }

  /** A row of a user's own table does not tell what the value was that it came from. */
  @Override
  public boolean tells(FeedId feed) {
    return settings.tellsOf(feed.database());
  }

  @Override
  public boolean holdsData(FeedId feed) {
    return session(feed).holdsData();
  }

  /** Keys named like a version chain are rows like others: a version stands in its own table. */
  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    FeedSession session = session(feed);
    return step(() -> session.read(covers, keysPerSecond, pages));
  }

  @Override
  public CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    FeedSession session = session(feed);
    return run(() -> session.removeStrays(keys, presence));
  }

  @Override
  public CompletionStage<Void> reconciled(FeedId feed) {
    return step(session(feed)::reconciled);
  }

  @Override
  public void close() {
    cluster.close();
    threads.shutdown();
  }

  private FeedSession session(FeedId feed) {
    FeedSession session = sessions.get(feed);
    if (session == null) {
      throw new IllegalStateException("feed " + feed.name() + " was never opened");
    }
    return session;
  }

  private CompletionStage<Void> step(Runnable step) {
    return run(
            () -> {
              step.run();
              return "";
            })
        .thenAccept(done -> {});
  }

  private <T> CompletionStage<T> run(Supplier<T> step) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> {
        try {
          result.complete(step.get());
        } catch (RuntimeException e) {
          result.completeExceptionally(Failures.of(name(), e));
        }
      });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new SinkException(SinkException.Category.UNAVAILABLE, name() + ": it is closed", e));
    }
    return result;
  }
}
