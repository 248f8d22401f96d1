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
  private final Map<Place, Kept> byPlace = new HashMap<>();
  private long snapshotVersion = -1;
  private long snapshotNanos;

  /**
   * Where passes begin: the same for feeds in step.
   *
   * @param sent what they need not hold
   */
  record Place(long after, SentSlots sent) {}

  private record Kept(Pass pass, long nanos) {}

  PassCache(long keepNanos) {
    this.keepNanos = keepNanos;
  }

  @Nullable Pass find(Place place, long nowNanos) {
    Kept kept = byPlace.get(place);
    return kept != null
            && nowNanos - kept.nanos() < keepNanos
            && kept.pass().until() > place.after()
        ? kept.pass()
        : null;
  }

  /** However old: of the tick that many feeds begin at. What they need not hold, they may. */
  @Nullable Pass findOfTick(long after, SentSlots sent, long until) {
    Kept same = byPlace.get(new Place(after, sent));
    Kept kept = same != null ? same : byPlace.get(new Place(after, SentSlots.NONE));
    return kept != null && kept.pass().until() == until ? kept.pass() : null;
  }

  Pass keep(Place place, Pass pass, long nowNanos) {
    if (byPlace.size() >= MAX_PASSES) {
      byPlace.values().removeIf(kept -> nowNanos - kept.nanos() >= keepNanos);
    }
    if (byPlace.size() < MAX_PASSES) {
      byPlace.put(place, new Kept(pass, nowNanos));
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

  void forget(Place place) {
    byPlace.remove(place);
  }

  void clear() {
    byPlace.clear();
    snapshotVersion = -1;
  }
}
