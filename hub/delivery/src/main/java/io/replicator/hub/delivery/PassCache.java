package io.replicator.hub.delivery;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The passes that began in the last few milliseconds, by where they began: feeds that stand at the
 * same place go on in step, and their batches are built once.
 */
final class PassCache {
  private static final int MAX_PASSES = 64;

  private final long keepNanos;
  private final Map<Long, Kept> byAfter = new HashMap<>();
  private long snapshotVersion = -1;
  private long snapshotNanos;

  private record Kept(Pass pass, long nanos) {}

  PassCache(long keepNanos) {
    this.keepNanos = keepNanos;
  }

  @Nullable Pass find(long after, long nowNanos) {
    Kept kept = byAfter.get(after);
    return kept != null && nowNanos - kept.nanos() < keepNanos && kept.pass().until() > after
        ? kept.pass()
        : null;
  }

  Pass keep(Pass pass, long nowNanos) {
    if (byAfter.size() >= MAX_PASSES) {
      byAfter.values().removeIf(kept -> nowNanos - kept.nanos() >= keepNanos);
    }
    if (byAfter.size() < MAX_PASSES) {
      byAfter.put(pass.after(), new Kept(pass, nowNanos));
    }
    return pass;
  }

  long snapshotVersion(long now, long nowNanos) {
    if (snapshotVersion < 0 || nowNanos - snapshotNanos >= keepNanos) {
      snapshotVersion = now;
      snapshotNanos = nowNanos;
    }
    return snapshotVersion;
  }

  void forget(long after) {
    byAfter.remove(after);
  }

  void clear() {
    byAfter.clear();
    snapshotVersion = -1;
  }
}
