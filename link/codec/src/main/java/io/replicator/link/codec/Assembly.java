package io.replicator.link.codec;

import io.replicator.api.Lane;
import io.replicator.link.wire.BatchHeader;
import io.replicator.link.wire.Block;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The batch that is arriving in one lane of one feed.
 *
 * <pre>
 *   idle --block 0 with header--> arriving --last byte--> idle
 *                                  |    ^
 *                                  +----+ block index + 1 of the same batch
 * </pre>
 */
final class Assembly {
  private static final byte[] NOTHING = {};
  private static final int FIRST_BYTES = 4096;

  private final int feed;
  private final Lane lane;
  private @Nullable BatchHeader header; // null = idle
  private long batch; // arriving, or the last one that arrived
  private int nextIndex;
  private byte[] data = NOTHING;
  private int size;

  Assembly(int feed, Lane lane) {
    this.feed = feed;
    this.lane = lane;
  }

  Optional<CompressedBatch> add(
      Block block, Compression granted, int maxBatchBytes, Dictionaries dictionaries) {
    BatchHeader current = header;
    if (current == null) {
      current = begin(block, granted, maxBatchBytes);
      header = current;
    } else {
      requireNext(block);
    }
    append(block, current.getSentBytes());
    nextIndex++;
    return size == current.getSentBytes()
        ? Optional.of(complete(current, dictionaries))
        : Optional.empty();
  }

  private BatchHeader begin(Block block, Compression granted, int maxBatchBytes) {
    if (block.getIndex() != 0 || !block.hasHeader()) {
      throw order(block, "block 0 with a header");
    }
    if (block.getBatch() <= batch) {
      throw order(block, "a batch number above " + batch);
    }
    BatchHeader announced = block.getHeader();
    long raw = Integer.toUnsignedLong(announced.getRawBytes());
    long sent = Integer.toUnsignedLong(announced.getSentBytes());
    if (raw > maxBatchBytes) {
      throw new ProtocolException(
          WireError.BATCH_TOO_LARGE,
          where(block) + " announces " + raw + " bytes: at most " + maxBatchBytes + " expected");
    }
    if (sent > raw) {
      throw new ProtocolException(
          WireError.BATCH_TOO_LARGE,
          where(block) + " sends " + sent + " bytes for " + raw + ": compression may not add any");
    }
    if (announced.getCodec() != granted.codec()
        && announced.getCodec() != Compression.NONE.codec()) {
      throw new ProtocolException(
          WireError.BAD_BATCH,
          where(block)
              + " has codec "
              + announced.getCodecValue()
              + ": "
              + granted
              + " was agreed");
    }
    batch = block.getBatch();
    nextIndex = 0;
    return announced;
  }

  private void requireNext(Block block) {
    if (block.getBatch() != batch || block.getIndex() != nextIndex) {
      throw order(block, "block " + nextIndex + " of batch " + batch);
    }
    if (block.hasHeader()) {
      throw order(block, "no second header");
    }
    if (block.getData().isEmpty()) {
      throw order(block, "at least one byte of data");
    }
  }

  private void append(Block block, int sentBytes) {
    int more = block.getData().size();
    if (more > sentBytes - size) {
      throw new ProtocolException(
          WireError.BLOCK_ORDER,
          where(block) + " brings " + more + " bytes where " + (sentBytes - size) + " are missing");
    }
    if (more == 0 && sentBytes > 0) {
      throw order(block, "at least one byte of data");
    }
    if (more > data.length - size) {
      long doubled = Math.max(FIRST_BYTES, 2L * data.length);
      data = Arrays.copyOf(data, (int) Math.min(sentBytes, Math.max(doubled, (long) size + more)));
    }
    block.getData().copyTo(data, size);
    size += more;
  }

  private CompressedBatch complete(BatchHeader announced, Dictionaries dictionaries) {
    byte[] whole = data.length == size ? data : Arrays.copyOf(data, size);
    Compression compression =
        Compression.of(announced.getCodec()).orElseThrow(IllegalStateException::new);
    header = null;
    data = NOTHING;
    size = 0;
    return new CompressedBatch(
        feed,
        lane,
        batch,
        compression,
        announced.getRawBytes(),
        announced.getChecksum(),
        whole,
        announced.getLoadKeys(),
        dictionaries.of(feed, compression, announced.getDictionary()));
  }

  private static ProtocolException order(Block block, String expected) {
    return new ProtocolException(
        WireError.BLOCK_ORDER,
        where(block)
            + (block.hasHeader() ? " with" : " without")
            + " a header: "
            + expected
            + " expected");
  }

  private static String where(Block block) {
    return "block "
        + Integer.toUnsignedString(block.getIndex())
        + " of batch "
        + Long.toUnsignedString(block.getBatch())
        + " in feed "
        + Integer.toUnsignedString(block.getFeed())
        + " "
        + block.getLane();
  }
}
