package io.replicator.hub.source.redis;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source;
import io.replicator.api.Source.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a hub would know by a source's hints alone: key to hash of its value. Marks and sweeps as
 * the contract says and reads the keys that are dirty.
 */
final class Mirror implements Source.Listener {
  private final Map<Key, Long> values = new HashMap<>();
  private final Set<Key> dirty = new HashSet<>();
  private final Set<Key> told = new HashSet<>();
  final List<String> events = new ArrayList<>();
  final List<Long> versions = new ArrayList<>();
  private volatile Runnable onChanged = () -> {};

  @Override
  public void changed(List<byte[]> keys) {
    onChanged.run();
    synchronized (this) {
      for (byte[] key : keys) {
        dirty.add(Key.of(key));
        told.add(Key.of(key));
      }
    }
  }

  /** Runs on the source's thread before each hint. */
  void onChanged(Runnable action) {
    onChanged = action;
  }

  @Override
  public synchronized void scanBegan(String reason) {
    events.add("began " + reason);
    told.clear();
  }

  @Override
  public synchronized void scanned(List<byte[]> keys, long[] hashes) {
    for (int i = 0; i < keys.size(); i++) {
      Key key = Key.of(keys.get(i));
      told.add(key);
      Long known = values.get(key);
      if (known == null || (hashes[i] != 0 && known != hashes[i])) {
        dirty.add(key);
      }
    }
  }

  @Override
  public synchronized void scanEnded() {
    events.add("ended");
    values.keySet().removeIf(key -> !told.contains(key));
  }

  @Override
  public synchronized void versions(List<VersionList> lists) {
    for (VersionList list : lists) {
      versions.add(list.version());
      dirty.addAll(list.keys());
      events.add("version " + list.version() + " " + list.keys());
    }
  }

  @Override
  public synchronized void versionKnown(long version, long horizon) {
    events.add("known " + version + " from " + horizon);
  }

  @Override
  public synchronized void historyLost(String reason) {
    events.add("lost: " + reason);
  }

  synchronized boolean has(String event) {
    return events.contains(event);
  }

  synchronized boolean hasLostHistory() {
    return events.stream().anyMatch(event -> event.startsWith("lost: "));
  }

  synchronized long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  synchronized boolean knows(String key) {
    return values.containsKey(Key.of(key)) || dirty.contains(Key.of(key));
  }

  /** Reads what is dirty; what cannot be read now stays dirty. */
  Map<Key, Long> readDirty(Source source) {
    List<Key> taken;
    synchronized (this) {
      taken = dirty.stream().limit(256).toList();
      taken.forEach(dirty::remove);
    }
    try {
      Source.ReadPage page =
          source
              .read(taken.stream().map(Key::bytes).toList(), 1 << 20, 1 << 20)
              .toCompletableFuture()
              .get(5, TimeUnit.SECONDS);
      synchronized (this) {
        for (int i = 0; i < taken.size(); i++) {
          switch (page.entries().get(i)) {
            case Read.Present present -> values.put(taken.get(i), present.hash());
            case Read.Absent absent -> values.remove(taken.get(i));
            case Read.Large large -> values.put(taken.get(i), large.bytes());
            case Read.Skipped skipped -> dirty.add(taken.get(i));
          }
        }
      }
    } catch (Exception e) {
      synchronized (this) {
        dirty.addAll(taken);
      }
    }
    synchronized (this) {
      return dirty.isEmpty() ? new HashMap<>(values) : Map.of();
    }
  }
}
