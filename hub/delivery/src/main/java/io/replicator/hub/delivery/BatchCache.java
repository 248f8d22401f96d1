package io.replicator.hub.delivery;

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
  private final BatchWorks works;
  private final Map<BuildSpec, Entry> entries = new HashMap<>();

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
      Duration keep = works.settings().shareFor();
      if (built instanceof Outcome.Large || keep.isZero()) {
        drop();
      } else {
        works.loop().schedule(keep, this::drop);
      }
      answer(listener -> listener.built(built));
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
      entries.remove(spec, this);
    }
  }
}
