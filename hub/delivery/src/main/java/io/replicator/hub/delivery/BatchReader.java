package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.link.codec.EncodedBatch;

/**
 * Batches that are taken one by one instead of being sent in blocks: what stands behind an answer
 * over HTTP. Confined to the loop.
 */
public sealed interface BatchReader permits FeedReader, PieceReader {

  /** Hears what comes of a {@link #demand}; never called from inside it. */
  interface Listener {
    /** One batch, once for each demand. */
    void onBatch(Taken batch);

    /**
     * Everything is out that was there when backfill ended or reading began; the demand stands, a
     * batch may follow later.
     */
    void onCaughtUp();

    /** The hub ends it. */
    void onEnded(String reason);
  }

  /**
   * A batch, not compressed.
   *
   * @param cursor where the feed stands behind it, both parts
   */
  record Taken(EncodedBatch encoded, Lane lane, Cursor cursor) {}

  /** Asks for one batch more; the one before counts as taken. */
  void demand();

  /** Counts what an answer put on the wire. */
  void sent(int bytes);

  /** Where the feed stands behind everything that was taken. */
  Cursor cursor();

  /** Nobody wants more. Idempotent. */
  void close();
}
