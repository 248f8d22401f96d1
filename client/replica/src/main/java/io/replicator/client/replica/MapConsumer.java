package io.replicator.client.replica;

import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Sink;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link LiveMap}s, one a database, and tells listeners. A listener that throws is counted
 * and logged; the others and the feed go on.
 */
final class MapConsumer implements ApplicationSink.Consumer, KeptData {
  private static final Logger LOG = LoggerFactory.getLogger(MapConsumer.class);

  private final Map<Integer, LiveMap> maps;
  private final List<Consumer<ClientChange>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong listenerFailures = new AtomicLong();

  MapConsumer(Map<Integer, LiveMap> maps) {
    this.maps = Map.copyOf(maps);
  }

  void addListener(Consumer<ClientChange> listener) {
    listeners.add(listener);
  }

  long listenerFailures() {
    return listenerFailures.get();
  }

  @Override
  public void snapshotBegan(FeedId feed) {
    map(feed).snapshotBegan(feed);
  }

  @Override
  public void put(FeedId feed, Change.Put put) {
    map(feed).put(put);
    tell(
        new ClientChange(
            feed.database(),
            put.key(),
            Optional.of(put.value()),
            put.expiresAtMillis(),
            put.version()));
  }

  @Override
  public void removed(FeedId feed, Change.Remove removal) {
    map(feed).remove(removal.key());
    tellRemoved(feed, removal.key(), removal.version());
  }

  @Override
  public void batchEnded() {}

  @Override
  public long removeLeftovers(FeedId feed, Sink.Presence presence) {
    return map(feed).removeLeftovers(feed, presence, key -> tellRemoved(feed, key, 0));
  }

  @Override
  public boolean holdsData(FeedId feed) {
    return map(feed).size() > 0;
  }

  @Override
  public void tell(FeedId feed, Teller teller) {
    map(feed).tell(teller);
  }

  /** Removes those of these keys that the hub does not have. */
  long removeAbsent(FeedId feed, List<Key> keys, Sink.Presence presence) {
    List<Key> gone = LiveMap.absent(keys, presence);
    for (Key key : gone) {
      map(feed).remove(key);
      tellRemoved(feed, key, 0);
    }
    return gone.size();
  }

  /** The maps are what the hub has. */
  void reconciled(FeedId feed) {
    map(feed).reconciled(feed, key -> tellRemoved(feed, key, 0));
  }

  private LiveMap map(FeedId feed) {
    LiveMap map = maps.get(feed.database());
    if (map == null) {
      throw new IllegalStateException("no map for database " + feed.database());
    }
    return map;
  }

  private void tellRemoved(FeedId feed, Key key, long version) {
    tell(new ClientChange(feed.database(), key, Optional.empty(), 0, version));
  }

  private void tell(ClientChange change) {
    for (Consumer<ClientChange> listener : listeners) {
      try {
        listener.accept(change);
      } catch (RuntimeException e) {
        logFailure(change, e);
      }
    }
  }

  /** The 1st, 2nd, 4th, 8th … failure: a listener that always throws must not fill the log. */
  private void logFailure(ClientChange change, RuntimeException failure) {
    long count = listenerFailures.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.atWarn()
          .setCause(failure)
          .addKeyValue("key", change.key())
          .addKeyValue("failures", count)
          .log("a change listener failed");
    }
  }
}
