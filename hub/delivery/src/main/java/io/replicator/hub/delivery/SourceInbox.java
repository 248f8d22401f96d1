package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source;
import io.replicator.link.transport.Loop;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * The way from a source's thread to the loop. Hints for a key that waits already are merged; when
 * more than {@link #MAX_PENDING_KEYS} wait, the source's thread waits as well, so that the bound is
 * passed on to the source (I9). On the loop itself nothing ever waits.
 */
final class SourceInbox implements Source.Listener {
  static final int MAX_PENDING_KEYS = 65_536;

  private final Loop loop;
  private final Runnable drain;
  private final Object lock = new Object();

  // All guarded by the lock.
  private final ArrayDeque<SourceEvent> events = new ArrayDeque<>();
  private int pendingKeys;
  private long hints;
  private long merged;
  private boolean posted;
  private boolean closed;

  /**
   * @param drain run on the loop when there is something to {@link #poll}
   */
  SourceInbox(Loop loop, Runnable drain) {
    this.loop = loop;
    this.drain = drain;
  }

  @Override
  public void changed(List<byte[]> keys) {
    awaitRoom();
    synchronized (lock) {
      LinkedHashSet<Key> set;
      if (events.peekLast() instanceof SourceEvent.Changed(LinkedHashSet<Key> last)) {
        set = last;
      } else {
        set = new LinkedHashSet<>();
        events.add(new SourceEvent.Changed(set));
      }
      for (byte[] key : keys) {
        if (set.add(Key.of(key))) {
          pendingKeys++;
        } else {
          merged++;
        }
      }
      hints += keys.size();
      post();
    }
  }

  @Override
  public void scanBegan(String reason) {
    add(new SourceEvent.ScanBegan(reason), 0);
  }

  @Override
  public void scanned(List<byte[]> keys, long[] hashes) {
    add(new SourceEvent.Scanned(keys, hashes), keys.size());
  }

  @Override
  public void scanEnded() {
    add(new SourceEvent.ScanEnded(), 0);
  }

  @Override
  public void versions(List<VersionList> lists) {
    add(new SourceEvent.Versions(lists), keysIn(lists));
  }

  @Override
  public void versionKnown(long version, long horizon) {
    add(new SourceEvent.VersionKnown(version, horizon), 0);
  }

  @Override
  public void historyLost(String reason) {
    add(new SourceEvent.HistoryLost(reason), 0);
  }

  /** The next event, or null. Of many changed keys at most {@code maxKeys}. */
  @Nullable SourceEvent poll(int maxKeys) {
    synchronized (lock) {
      SourceEvent first = events.peekFirst();
      if (first == null) {
        posted = false;
        return null;
      }
      if (first instanceof SourceEvent.Changed(LinkedHashSet<Key> keys) && keys.size() > maxKeys) {
        first = firstOf(keys, maxKeys);
      } else {
        events.pollFirst();
      }
      pendingKeys -= keysOf(first);
      lock.notifyAll();
      return first;
    }
  }

  int pendingKeys() {
    synchronized (lock) {
      return pendingKeys;
    }
  }

  long hints() {
    synchronized (lock) {
      return hints;
    }
  }

  long merged() {
    synchronized (lock) {
      return merged;
    }
  }

  /** Nobody waits and nothing is taken any more. */
  void close() {
    synchronized (lock) {
      closed = true;
      events.clear();
      pendingKeys = 0;
      lock.notifyAll();
    }
  }

  private void add(SourceEvent event, int keys) {
    awaitRoom();
    synchronized (lock) {
      events.add(event);
      pendingKeys += keys;
      post();
    }
  }

  private void post() {
    if (closed) {
      events.clear();
      pendingKeys = 0;
    } else if (!posted) {
      posted = true;
      loop.execute(drain);
    }
  }

  private void awaitRoom() {
    if (loop.inLoop()) {
      return;
    }
    synchronized (lock) {
      while (!closed && (pendingKeys >= MAX_PENDING_KEYS || events.size() >= MAX_PENDING_KEYS)) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // The source's thread is being ended; it takes note of that, and the event is still true.
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private static SourceEvent.Changed firstOf(SequencedSet<Key> keys, int n) {
    LinkedHashSet<Key> first = LinkedHashSet.newLinkedHashSet(n);
    while (first.size() < n) {
      first.add(keys.removeFirst());
    }
    return new SourceEvent.Changed(first);
  }

  private static int keysOf(SourceEvent event) {
    return switch (event) {
      case SourceEvent.Changed changed -> changed.keys().size();
      case SourceEvent.Scanned scanned -> scanned.keys().size();
      case SourceEvent.Versions versions -> keysIn(versions.lists());
      case SourceEvent.ScanBegan began -> 0;
      case SourceEvent.ScanEnded ended -> 0;
      case SourceEvent.VersionKnown known -> 0;
      case SourceEvent.HistoryLost lost -> 0;
    };
  }

  private static int keysIn(List<VersionList> lists) {
    int keys = 0;
    for (VersionList list : lists) {
      keys += list.keys().size();
    }
    return keys;
  }
}
