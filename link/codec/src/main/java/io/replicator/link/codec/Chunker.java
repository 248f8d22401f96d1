package io.replicator.link.codec;

import com.google.protobuf.UnsafeByteOperations;
import io.replicator.api.Lane;
import io.replicator.link.wire.Block;
import java.util.NoSuchElementException;

/**
 * Cuts one encoded batch into the blocks of one subscriber, one at a time, without copying. {@link
 * Reassembler} is its opposite.
 */
public final class Chunker {
  /** The size of a block's data unless somebody wishes otherwise. */
  public static final int DEFAULT_BLOCK_BYTES = 1024;

  public static final int MIN_BLOCK_BYTES = 64;
  public static final int MAX_BLOCK_BYTES = 65_536;

  private final EncodedBatch batch;
  private final int feed;
  private final Lane lane;
  private final long number;
  private final int blockBytes;
  private int nextIndex;

  /**
   * @param feed the client's number for the feed
   * @param number the batch's number on this connection, from 1
   * @param blockBytes size of the data of each block but the last
   */
  public Chunker(EncodedBatch batch, int feed, Lane lane, long number, int blockBytes) {
    if (blockBytes < MIN_BLOCK_BYTES || blockBytes > MAX_BLOCK_BYTES) {
      throw new IllegalArgumentException(
          "blocks of "
              + blockBytes
              + " bytes: "
              + MIN_BLOCK_BYTES
              + " to "
              + MAX_BLOCK_BYTES
              + " expected");
    }
    if (number < 1) {
      throw new IllegalArgumentException("batch number " + number + " is less than 1");
    }
    this.batch = batch;
    this.feed = feed;
    this.lane = lane;
    this.number = number;
    this.blockBytes = blockBytes;
  }

  public EncodedBatch batch() {
    return batch;
  }

  /** The batch's number on this connection. */
  public long number() {
    return number;
  }

  /** How many blocks a batch of this size makes: at least one. */
  public static int blockCount(int dataBytes, int blockBytes) {
    return Math.max(1, Math.ceilDiv(dataBytes, blockBytes));
  }

  public boolean hasNext() {
    return nextIndex < blockCount(batch.data().length, blockBytes);
  }

  /** Size of the next block's data; 0 at the end. */
  public int nextBlockBytes() {
    return Math.min(blockBytes, remainingBytes());
  }

  /** Data not yet cut. */
  public int remainingBytes() {
    return Math.max(0, batch.data().length - nextIndex * blockBytes);
  }

  public Block next() {
    if (!hasNext()) {
      throw new NoSuchElementException("batch " + number + " has no block " + nextIndex);
    }
    Block.Builder block =
        Block.newBuilder()
            .setFeed(feed)
            .setLane(LaneCode.toWire(lane))
            .setBatch(number)
            .setIndex(nextIndex)
            .setData(
                UnsafeByteOperations.unsafeWrap(
                    batch.data(), nextIndex * blockBytes, nextBlockBytes()));
    if (nextIndex == 0) {
      block.setHeader(batch.header());
    }
    nextIndex++;
    return block.build();
  }
}
