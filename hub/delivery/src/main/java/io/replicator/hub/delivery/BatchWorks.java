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

  /** Takes some 30 µs, less than two changes of thread. */
  private static final int MAX_HERE_BYTES = 2048;

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
   * Encodes and compresses, on a worker unless it is so little that waking one takes longer; the
   * answer comes on the loop.
   *
   * @param aboutBytes of the batch before compression
   * @param dictionary what a small batch may refer to, null = nothing
   */
  void encode(
      long aboutBytes,
      Compression compression,
      int level,
      @Nullable Dictionary dictionary,
      Supplier<Batch> batch,
      Consumer<EncodedBatch> done,
      Consumer<Throwable> failed) {
    encoding++;
    Supplier<EncodedBatch> work =
        () -> EncodedBatch.of(batch.get(), compression, level, dictionary);
    Consumer<EncodedBatch> made = encoded -> encoded(encoded, done);
    Consumer<Throwable> notMade =
        reason -> {
          encoding--;
          failed.accept(reason);
        };
    if (aboutBytes <= MAX_HERE_BYTES) {
      runHere(work, made, notMade);
    } else {
      run(work, made, notMade);
    }
  }

  /** The same, on a worker in any case: the answer never comes from inside the call. */
  void encode(
      Compression compression,
      int level,
      @Nullable Dictionary dictionary,
      Supplier<Batch> batch,
      Consumer<EncodedBatch> done,
      Consumer<Throwable> failed) {
    encode(Long.MAX_VALUE, compression, level, dictionary, batch, done, failed);
  }

  private static <T> void runHere(Supplier<T> work, Consumer<T> done, Consumer<Throwable> failed) {
    T result;
    try {
      result = work.get();
    } catch (RuntimeException | OutOfMemoryError e) {
      failed.accept(e);
      return;
    }
    done.accept(result);
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
