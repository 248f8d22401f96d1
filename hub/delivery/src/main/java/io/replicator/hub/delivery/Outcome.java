package io.replicator.hub.delivery;

import io.replicator.link.codec.EncodedBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What building came to. */
sealed interface Outcome {
  /** The lane's rounds when this is sent. */
  List<Round> rounds();

  /** The live lane's pass, which may be a newer one than was asked for; null for backfill. */
  @Nullable Pass pass();

  /**
   * A batch.
   *
   * @param chained version up to which the chain is sent with it
   * @param readVersion the index's version when its keys were chosen
   * @param newest no entry has a greater version
   */
  record Ready(
      EncodedBatch encoded,
      List<Round> rounds,
      @Nullable Pass pass,
      long chained,
      long readVersion,
      long newest)
      implements Outcome {}

  /** No key of the filter was dirty. */
  record Nothing(List<Round> rounds, @Nullable Pass pass) implements Outcome {}

  /**
   * A value too large for a batch is next.
   *
   * @param bytes about its size
   */
  record Large(
      List<Round> rounds, @Nullable Pass pass, int slot, long version, byte[] key, long bytes)
      implements Outcome {}
}
