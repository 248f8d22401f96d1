package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Counted;
import io.replicator.api.Counters;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * A Redis that is kept a copy: one batch is one MULTI/EXEC, with the cursor in it. Each feed has a
 * connection of its own; feeds may be used at the same time, from any thread.
 *
 * <p>After a failure {@link #open} the feed again: it connects anew, looks for the master anew
 * (Sentinel) and tells what is stored. A transaction whose outcome nobody knows, because the
 * connection was lost at EXEC, needs nothing more: the stored cursor tells, and applying a batch
 * twice is the same as once.
 */
public final class RedisSink implements Holdings {
  private final RedisSinkSettings settings;
  private final TargetOpener opener;
  private final Counters<SinkCounter> counters = new Counters<>(SinkCounter.class);
  private final Map<FeedId, FeedSession> sessions = new ConcurrentHashMap<>();
  private final Map<Integer, LocalVersions> localVersions = new ConcurrentHashMap<>();

  public RedisSink(RedisEndpoint endpoint, RedisSinkSettings settings) {
    this(endpoint, settings, InstantSource.system());
  }

  RedisSink(RedisEndpoint endpoint, RedisSinkSettings settings, InstantSource clock) {
    this.settings = settings;
    this.opener = new TargetOpener(new RedisConnector(endpoint), settings, clock);
  }

  @Override
  public String name() {
    return opener.name();
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
            feed,
            id ->
                new FeedSession(
                    id,
                    settings,
                    opener,
                    localVersions.computeIfAbsent(target, database -> new LocalVersions()),
                    counters));
    return Failures.plain(name(), session.open());
  }

  @Override
  public void granted(FeedId feed, Predicate<byte[]> covers) {
    session(feed).granted(covers);
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    return Failures.plain(name(), session(batch.feed()).apply(batch)).thenAccept(applied -> {});
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    return Failures.plain(name(), session(feed).removeLeftovers(presence));
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return session(feed).owesLeftovers();
  }

  @Override
  public boolean holdsData(FeedId feed) {
    return session(feed).holdsData();
  }

  @Override
  public CompletionStage<Void> read(
      FeedId feed, Predicate<byte[]> covers, boolean chainIsData, int keysPerSecond, Pages pages) {
    return Failures.plain(name(), session(feed).read(covers, chainIsData, keysPerSecond, pages));
  }

  @Override
  public CompletionStage<Long> removeStrays(FeedId feed, List<Key> keys, Presence presence) {
    return Failures.plain(name(), session(feed).removeStrays(keys, presence));
  }

  @Override
  public CompletionStage<Void> reconciled(FeedId feed) {
    return Failures.plain(name(), session(feed).reconciled()).thenAccept(done -> {});
  }

  @Override
  public void close() {
    sessions.values().forEach(FeedSession::close);
    opener.close();
  }

  private FeedSession session(FeedId feed) {
    FeedSession session = sessions.get(feed);
    if (session == null) {
      throw new IllegalStateException("feed " + feed.name() + " was never opened");
    }
    return session;
  }
}
