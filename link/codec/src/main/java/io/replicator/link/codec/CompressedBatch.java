package io.replicator.link.codec;

import io.replicator.api.Batch;
import io.replicator.api.FeedId;
import io.replicator.api.Lane;
import io.replicator.link.codec.CodecException.Category;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it arrived: whole, still compressed, its content not yet looked at.
 *
 * @param feed the client's number for the feed
 * @param number the batch's number on this connection, to be acknowledged
 * @param rawBytes its size before compression, as announced
 * @param checksum of the bytes before compression, as announced
 * @param data what arrived; nobody writes to it
 * @param loadKeys about how many keys the load has that it opens, 0 = it opens none, or not told
 * @param dictionary that it was compressed with, null = none
 */
public record CompressedBatch(
    int feed,
    Lane lane,
    long number,
    Compression compression,
    int rawBytes,
    long checksum,
    byte[] data,
    long loadKeys,
    @Nullable Dictionary dictionary) {

  public CompressedBatch(
      int feed,
      Lane lane,
      long number,
      Compression compression,
      int rawBytes,
      long checksum,
      byte[] data) {
    this(feed, lane, number, compression, rawBytes, checksum, data, 0, null);
  }

  /**
   * Decompresses, checks and decodes: the expensive step, may run on a worker.
   *
   * @param maxRawBytes nothing larger is unfolded
   * @throws CodecException if it is not what the hub sent, or nothing a hub may send
   */
  public Batch decode(FeedId id, int maxRawBytes) {
    byte[] raw =
        dictionary == null
            ? compression.decompress(data, rawBytes, maxRawBytes)
            : dictionary.decompress(data, rawBytes, maxRawBytes);
    long found = EncodedBatch.checksum(raw);
    if (found != checksum) {
      throw new CodecException(
          Category.CHECKSUM,
          String.format("batch %d has checksum %016x: %016x expected", number, found, checksum));
    }
    return BatchDecoder.decode(id, lane, raw);
  }
}
