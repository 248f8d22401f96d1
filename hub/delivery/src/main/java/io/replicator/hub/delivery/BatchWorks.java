package io.replicator.hub.delivery;

import io.replicator.api.Batch;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.transport.Loop;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What building stands on: the loop, the workers that encode, the counters. */
final class BatchWorks {
  /** More, and the workers are what holds things up: then a batch must cost them little. */
  private static final int MAX_ENCODING = 8;

  private final Loop loop;
  private final Executor workers;
  private final DeliverySettings settings;
  private final DeliveryCounters counters;

  /** Batches with the workers, or waiting for one. */
  private int encoding;

  BatchWorks(Loop loop, Executor workers, DeliverySettings settings, DeliveryCounters counters) {
    this.loop = loop;
    this.workers = workers;
    this.settings = settings;
    this.counters = counters;
  }

  Loop loop() {
    return loop;
  }

  Executor workers() {
    return workers;
  }

  DeliverySettings settings() {
    return settings;
  }

  DeliveryCounters counters() {
    return counters;
  }

  /**
   * Encodes and compresses on a worker; the answer comes back on the loop.
   *
   * @param dictionary what a small batch may refer to, null = nothing
   */
  void encode(
      Compression compression,
      int level,
      @Nullable Dictionary dictionary,
      Supplier<Batch> batch,
      Consumer<EncodedBatch> done,
      Consumer<Throwable> failed) {
    encoding++;
    run(
        () -> EncodedBatch.of(batch.get(), compression, level, dictionary),
        encoded -> encoded(encoded, done),
        reason -> {
          encoding--;
          failed.accept(reason);
        });
  }

  /** Works on a worker; the answer comes back on the loop. */
  <T> void run(Supplier<T> work, Consumer<T> done, Consumer<Throwable> failed) {
    try {
      workers.execute(() -> {
        try {
          T result = work.get();
          loop.execute(() -> done.accept(result));
        } catch (RuntimeException | OutOfMemoryError e) {
          loop.execute(() -> failed.accept(e));
        }
      });
    } catch (RejectedExecutionException e) {
      failed.accept(e);
    }
  }

  /** At once, for batches that hold nothing but a cursor. */
  EncodedBatch encodeSmall(Batch batch) {
    return EncodedBatch.of(batch, Compression.NONE, 0);
  }

  private void encoded(EncodedBatch encoded, Consumer<EncodedBatch> done) {
    encoding--;
    counters.increment(DeliveryCounter.BATCHES_BUILT);
    counters.add(DeliveryCounter.MERGED_BYTES, encoded.rawBytes());
    counters.add(DeliveryCounter.COMPRESSED_BYTES, encoded.data().length);
    done.accept(encoded);
  }

  /** The level for a link of this rate (empty = not known), as the workers are now. */
  int levelFor(Compression compression, OptionalLong bytesPerSecond) {
    return CompressionLevels.of(
        compression, settings.compressionLevel(), bytesPerSecond, encoding >= MAX_ENCODING);
  }
}
