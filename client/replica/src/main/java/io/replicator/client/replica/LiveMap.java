package io.replicator.client.replica;

import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Sink;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One database as this process sees it: read by any thread at any time, written by the client
 * alone. While a snapshot loads over old content, each key shows its newest value known; what the
 * source no longer has goes at the snapshot's end. A key whose time has come is not shown any more,
 * also while the hub cannot be reached.
 */
public final class LiveMap {
  /** The most keys of one question to the hub, see {@link Sink.Presence#present}. */
  private static final int MAX_ASKED = 4096;

  /**
   * @param expiresAtMillis Unix time in milliseconds, 0 = never
   * @param generation number of the newest snapshot begun when it was put
   */
  private record Held(Value value, long expiresAtMillis, int generation) {}

  private final Map<Key, Held> entries = new ConcurrentHashMap<>();
  private final LongSupplier unixMillis;
  private final Map<Key, Value> view = new View();

  /** Written by the sink's thread only. */
  private int generation;

  /** The sink's thread only: in which generation a feed's snapshot began. */
  private final Map<FeedId, Integer> snapshots = new HashMap<>();

  LiveMap(LongSupplier unixMillis) {
    this.unixMillis = unixMillis;
  }

  public Optional<Value> get(Key key) {
    Held entry = entries.get(key);
    return entry == null || isOver(entry) ? Optional.empty() : Optional.of(entry.value);
  }

  public Optional<Value> get(String key) {
    return get(Key.of(key));
  }

  /** A string value as UTF-8 text; empty if the key is absent or of another type. */
  public Optional<String> text(String key) {
    return get(key)
        .filter(Value.StringValue.class::isInstance)
        .map(value -> new String(((Value.StringValue) value).bytes(), StandardCharsets.UTF_8));
  }

  public boolean contains(String key) {
    return get(key).isPresent();
  }

  /** Keys there, those that have just expired included. */
  public int size() {
    return entries.size();
  }

  public void forEach(BiConsumer<? super Key, ? super Value> action) {
    view.forEach(action);
  }

  /** A live view, which cannot be written. */
  public Map<Key, Value> asMap() {
    return view;
  }

  void put(Change.Put put) {
    entries.put(put.key(), new Held(put.value(), put.expiresAtMillis(), generation));
  }

  void remove(Key key) {
    entries.remove(key);
  }

  void snapshotBegan(FeedId feed) {
    generation++;
    snapshots.put(feed, generation);
  }

  long removeLeftovers(FeedId feed, Sink.Presence presence, Consumer<Key> told) {
    Integer began = snapshots.get(feed);
    if (began == null) {
      return 0;
    }
    List<Key> leftovers = new ArrayList<>();
    entries.forEach((key, entry) -> {
      boolean old = entry.generation < began;
      if (old && feed.patterns().matches(key.bytes()) && presence.covers(key.bytes())) {
        leftovers.add(key);
      }
    });
    List<Key> gone = absent(leftovers, presence);
    for (Key key : gone) {
      entries.remove(key);
      told.accept(key);
    }
    snapshots.remove(feed);
    return gone.size();
  }

  /** Those the hub does not have: one that changed during the load may be owed by the live lane. */
  static List<Key> absent(List<Key> keys, Sink.Presence presence) {
    List<Key> absent = new ArrayList<>();
    for (int from = 0; from < keys.size(); from += MAX_ASKED) {
      List<Key> asked = keys.subList(from, Math.min(from + MAX_ASKED, keys.size()));
      BitSet present = presence.present(asked).toCompletableFuture().join();
      for (int i = 0; i < asked.size(); i++) {
        if (!present.get(i)) {
          absent.add(asked.get(i));
        }
      }
    }
    return absent;
  }

  /** Tells every key that is shown, with the hash of its value. */
  void tell(KeptData.Teller teller) {
    for (Map.Entry<Key, Held> each : entries.entrySet()) {
      Held held = each.getValue();
      if (!isOver(held)
          && !teller.key(each.getKey(), ValueHash.of(held.value, held.expiresAtMillis))) {
        return;
      }
    }
  }

  /** It holds what the source holds; of keys that expired meanwhile nobody else would tell it. */
  void reconciled(FeedId feed, Consumer<Key> told) {
    snapshots.remove(feed);
    entries.forEach((key, held) -> {
      if (isOver(held) && entries.remove(key, held)) {
        told.accept(key);
      }
    });
  }

  private boolean isOver(Held entry) {
    return entry.expiresAtMillis != 0 && entry.expiresAtMillis <= unixMillis.getAsLong();
  }

  /** What {@link #asMap} gives. */
  private final class View extends AbstractMap<Key, Value> {
    @Override
    public @Nullable Value get(@Nullable Object key) {
      return key instanceof Key known ? LiveMap.this.get(known).orElse(null) : null;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return get(key) != null;
    }

    @Override
    public Set<Map.Entry<Key, Value>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public Iterator<Map.Entry<Key, Value>> iterator() {
          return entries.entrySet().stream()
              .filter(entry -> !isOver(entry.getValue()))
              .map(entry -> Map.entry(entry.getKey(), entry.getValue().value))
              .iterator();
        }

        @Override
        public int size() {
          return entries.size();
        }
      };
    }
  }
}
