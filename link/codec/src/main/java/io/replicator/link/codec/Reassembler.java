package io.replicator.link.codec;

import io.replicator.api.Lane;
import io.replicator.link.wire.Block;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the blocks of one connection together again: at most one batch at a time for each feed and
 * lane. Every deviation from the order that protocol.md demands ends the connection. Memory grows
 * with the bytes that came, up to the batch limit for each lane. Confined to the connection's loop.
 */
public final class Reassembler {
  /** The most feeds of a connection. */
  public static final int MAX_FEEDS = 1024;

  private final Compression granted;
  private final int maxBatchBytes;
  private final Dictionaries dictionaries = new Dictionaries();
  private final Map<Integer, Lanes> feeds = new HashMap<>();

  /**
   * @param granted the compression agreed on; a batch it makes no smaller comes uncompressed
   * @param maxBatchBytes largest batch before compression; a compressed one is never larger
   * @param feedNumbers the feeds granted on this connection
   */
  public Reassembler(Compression granted, int maxBatchBytes, Collection<Integer> feedNumbers) {
    if (feedNumbers.size() > MAX_FEEDS) {
      throw new IllegalArgumentException(
          feedNumbers.size() + " feeds on a connection: at most " + MAX_FEEDS + " expected");
    }
    this.granted = granted;
    this.maxBatchBytes = maxBatchBytes;
    for (int feed : feedNumbers) {
      feeds.put(feed, new Lanes(new Assembly(feed, Lane.LIVE), new Assembly(feed, Lane.BACKFILL)));
    }
  }

  /**
   * Takes the next block.
   *
   * @return the batch, if this block was its last
   * @throws ProtocolException if it has no place here; nothing may be added afterwards
   */
  public Optional<CompressedBatch> add(Block block) {
    Lanes lanes = feeds.get(block.getFeed());
    if (lanes == null) {
      throw new ProtocolException(
          WireError.UNKNOWN_FEED,
          "a block of feed "
              + Integer.toUnsignedString(block.getFeed())
              + ", which was not granted on this connection");
    }
    Lane lane = LaneCode.fromWire(block.getLane());
    return lanes.of(lane).add(block, granted, maxBatchBytes, dictionaries);
  }

  /** What came to decompress batches with. */
  public Dictionaries dictionaries() {
    return dictionaries;
  }

  private record Lanes(Assembly live, Assembly backfill) {
    Assembly of(Lane lane) {
      return switch (lane) {
        case LIVE -> live;
        case BACKFILL -> backfill;
      };
    }
  }
}
