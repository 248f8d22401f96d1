package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Batches being built and those of the last few milliseconds: whoever asks for the same gets the
 * same, so that for any number of subscribers at one place it is read, encoded and compressed once.
 * Confined to the loop.
 */
final class BatchCache {
  private static final long MAX_KEPT_BYTES = 8 << 20;

  private final BatchWorks works;
  private final Map<BuildSpec, Entry> entries = new HashMap<>();
  private long keptBytes;

  BatchCache(BatchWorks works) {
    this.works = works;
  }

  /**
   * @param minReadVersion a batch chosen before this version would be no good: in one backfill lane
   *     read versions must not fall, the client forgets by them (I3)
   */
  void request(BuildSpec spec, long minReadVersion, BatchBuild.Listener listener) {
    Entry entry = entries.get(spec);
    if (entry != null && entry.readVersion >= minReadVersion) {
      works.counters().increment(DeliveryCounter.BATCHES_SHARED);
      entry.join(listener);
      return;
    }
    Entry fresh = new Entry(spec, spec.database().version());
    fresh.join(listener);
    entries.put(spec, fresh);
    new BatchBuild(works, spec, fresh).start();
  }

  private final class Entry implements BatchBuild.Listener {
    private final BuildSpec spec;
    private final long readVersion;
    private List<BatchBuild.Listener> waiting = new ArrayList<>();
    private @Nullable Outcome outcome;
    private int bytes; // of those kept

    Entry(BuildSpec spec, long readVersion) {
      this.spec = spec;
      this.readVersion = readVersion;
    }

    void join(BatchBuild.Listener listener) {
      Outcome known = outcome;
      if (known == null) {
        waiting.add(listener);
      } else {
        works.loop().execute(() -> listener.built(known));
      }
    }

    /** Who joins later hears only of the end. */
    @Override
    public void wasRead(BatchBuild.WasRead read) {
      waiting.forEach(listener -> listener.wasRead(read));
    }

    @Override
    public void built(Outcome built) {
      outcome = built;
      Duration keep = keepFor(built);
      if (built instanceof Outcome.Large || keep.isZero()) {
        drop();
      } else {
        works.loop().schedule(keep, this::drop);
      }
      answer(listener -> listener.built(built));
    }

    /** With many feeds live batches are kept until the next tick, if that is not too much. */
    private Duration keepFor(Outcome built) {
      Duration least = works.settings().shareFor();
      if (least.isZero()
          || spec.lane() == Lane.BACKFILL
          || !(built instanceof Outcome.Ready ready)
          || keptBytes > MAX_KEPT_BYTES) {
        return least;
      }
      bytes = ready.encoded().data().length;
      keptBytes += bytes;
      return spec.database().shareLiveFor(least);
    }

    @Override
    public void failed(Throwable reason) {
      drop();
      answer(listener -> listener.failed(reason));
    }

    private void answer(java.util.function.Consumer<BatchBuild.Listener> how) {
      List<BatchBuild.Listener> all = waiting;
      waiting = List.of();
      all.forEach(how);
    }

    private void drop() {
      keptBytes -= bytes;
      bytes = 0;
      entries.remove(spec, this);
    }
  }
}
