package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.ValueHash;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one feed at one target. Called by the sink's threads, the reader's and a
 * worker: everything is done under its lock, in small pieces.
 *
 * <pre>
 *   nothing ──→ filling (a reading goes on; what is applied counts) ──→ whole: kept by what is applied
 *      ↑                                                                  │ read again now and then
 *      └──── a failure, another cursor, a snapshot, no room ──────────────┘
 * </pre>
 */
final class FeedMemory {
  private static final int PAGE = 2048;

  private final long maxBytes;
  private @Nullable HeldKeys held;
  private boolean whole;
  private boolean filling;
  private int telling;
  private @Nullable Cursor cursor;
  private final Map<Lane, Map<Key, ValueHash>> parts = new EnumMap<>(Lane.class);

  FeedMemory(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The target says where it stands: if that is elsewhere, somebody else has written to it. */
  synchronized void opened(Cursor stored) {
    if (!stored.equals(cursor)) {
      forget();
    }
    cursor = stored;
    parts.clear();
  }

  synchronized void forget() {
    held = null;
    whole = false;
    filling = false;
    parts.clear();
  }

  // What is done to the target.

  /** The target has the batch. */
  synchronized void applied(Batch batch) {
    Cursor before = cursor;
    cursor = before == null ? null : before.updatedBy(batch.cursor());
    if (batch.snapshotBegin()) {
      forget();
    }
    HeldKeys keys = held;
    if (keys == null) {
      return;
    }
    for (Change change : batch.changes()) {
      if (change.key().bytes().length > HeldKeys.MAX_KEY_BYTES) {
        forget();
        return;
      }
      if (!apply(keys, batch.lane(), change)) {
        forget();
        return;
      }
    }
    keys.tidy(() -> telling == 0 && !filling);
    forgetIfTooMuch(keys);
  }

  /** False if it cannot be told what the key holds now. */
  private boolean apply(HeldKeys keys, Lane lane, Change change) {
    byte[] key = change.key().bytes();
    switch (change) {
      case Change.Put put -> keys.put(key, ValueHash.of(put.value(), put.expiresAtMillis()));
      case Change.Remove remove -> keys.put(key, 0);
      case Change.Part part -> {
        Map<Key, ValueHash> begun = parts.computeIfAbsent(lane, none -> new HashMap<>());
        if (part.index() == 0) {
          begun.put(part.key(), new ValueHash());
        }
        ValueHash hash = begun.get(part.key());
        if (hash != null) {
          hash.add(part.slice());
        }
        if (part.last()) {
          begun.remove(part.key());
          if (hash == null) {
            return false; // its begin was not seen
          }
          keys.put(key, hash.finish(part.expiresAtMillis()));
        }
      }
    }
    return true;
  }

  // Reading it.

  /** A reading begins; its pages go through what this gives, then to {@code pages}. */
  synchronized Holdings.Pages filling(Holdings.Pages pages) {
    HeldKeys keys = held;
    if (keys == null) {
      keys = new HeldKeys();
      held = keys;
    }
    keys.beginGeneration();
    filling = true;
    HeldKeys filled = keys;
    return (found, hashes) -> {
      found(filled, found, hashes);
      return pages.page(found, hashes);
    };
  }

  private synchronized void found(HeldKeys filled, List<byte[]> keys, long[] hashes) {
    if (held != filled || !filling) {
      return;
    }
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i).length > HeldKeys.MAX_KEY_BYTES) {
        forget();
        return;
      }
      filled.found(keys.get(i), hashes[i]);
    }
    forgetIfTooMuch(filled);
  }

  private void forgetIfTooMuch(HeldKeys keys) {
    if (keys.memoryBytes() > maxBytes) {
      forget();
    }
  }

  /** The reading has ended. */
  synchronized void filled(boolean wasWhole) {
    HeldKeys keys = held;
    if (keys == null || !filling) {
      return;
    }
    filling = false;
    if (wasWhole) {
      keys.endGeneration();
      whole = true;
    } else if (!whole) {
      forget();
    }
  }

  // Telling it.

  /** Whether it knows everything; then {@link #tell} has to follow. */
  synchronized boolean beginTelling() {
    if (!whole) {
      return false;
    }
    telling++;
    return true;
  }

  /** Tells what is remembered, page by page; false if it was forgotten meanwhile. */
  boolean tell(Predicate<byte[]> covers, Holdings.Pages pages) {
    try {
      HeldKeys told = null;
      for (int from = 0; ; from += PAGE) {
        synchronized (this) {
          HeldKeys now = held;
          if (now == null || !whole || (told != null && told != now)) {
            return false;
          }
          told = now;
          if (from >= now.entries()) {
            return true;
          }
          int to = Math.min(now.entries(), from + PAGE);
          if (!now.tell(from, to, (keys, hashes) -> tellCovered(keys, hashes, covers, pages))) {
            return true;
          }
        }
      }
    } finally {
      synchronized (this) {
        telling--;
      }
    }
  }

  private static boolean tellCovered(
      List<byte[]> keys, long[] hashes, Predicate<byte[]> covers, Holdings.Pages pages) {
    int kept = 0;
    for (int i = 0; i < keys.size(); i++) {
      if (covers.test(keys.get(i))) {
        keys.set(kept, keys.get(i));
        hashes[kept++] = hashes[i];
      }
    }
    return pages.page(keys.subList(0, kept), hashes);
  }
}
