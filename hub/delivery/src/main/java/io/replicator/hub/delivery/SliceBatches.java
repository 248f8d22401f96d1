package io.replicator.hub.delivery;

import io.replicator.link.codec.EncodedBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One slice as batches: who asks with an equal spec gets the same, encoded once. On the loop. */
final class SliceBatches {
  /** Specs whose batch is kept: levels of compression differ between links, little else does. */
  private static final int KEPT = 4;

  /** A batch that is encoded, or will be. */
  private static final class Made {
    private final List<Consumer<EncodedBatch>> waiting = new ArrayList<>();
    private final List<Consumer<Throwable>> failing = new ArrayList<>();
    private @Nullable EncodedBatch encoded;
  }

  private final BatchWorks works;
  private final Map<BuildSpec, Made> entries =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<BuildSpec, Made> eldest) {
          return size() > KEPT;
        }
      };

  SliceBatches(BatchWorks works) {
    this.works = works;
  }

  /**
   * @param content makes the batch, if this spec is the first
   */
  void request(
      BuildSpec spec,
      Supplier<io.replicator.api.Batch> content,
      Consumer<EncodedBatch> done,
      Consumer<Throwable> failed) {
    Made known = entries.get(spec);
    if (known != null && known.encoded != null) {
      EncodedBatch encoded = known.encoded;
      works.loop().execute(() -> done.accept(encoded));
    } else if (known != null) {
      known.waiting.add(done);
      known.failing.add(failed);
    } else {
      begin(spec, content, done, failed);
    }
  }

  private void begin(
      BuildSpec spec,
      Supplier<io.replicator.api.Batch> content,
      Consumer<EncodedBatch> done,
      Consumer<Throwable> failed) {
    Made entry = new Made();
    entry.waiting.add(done);
    entry.failing.add(failed);
    entries.put(spec, entry);
    works.encode(
        spec.compression(),
        spec.level(),
        null,
        content,
        encoded -> {
          entry.encoded = encoded;
          List<Consumer<EncodedBatch>> all = List.copyOf(entry.waiting);
          entry.waiting.clear();
          entry.failing.clear();
          all.forEach(waiting -> waiting.accept(encoded));
        },
        reason -> {
          entries.remove(spec, entry);
          List.copyOf(entry.failing).forEach(failing -> failing.accept(reason));
        });
  }
}
