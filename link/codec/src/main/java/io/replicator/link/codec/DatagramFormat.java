package io.replicator.link.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.Lane;
import io.replicator.link.codec.CodecException.Category;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramBatch;

/** Batches that are datagrams (P147), there and back. */
public final class DatagramFormat {
  /** What a datagram unfolds to at most. */
  public static final int MAX_RAW_BYTES = 65_536;

  /**
   * The most that stands around the data: tags, feed, number, passed, codec, size, checksum,
   * dictionary.
   */
  public static final int OVERHEAD_BYTES = 58;

  private DatagramFormat() {}

  /** The bytes of one datagram. */
  public static byte[] encode(int feed, long number, long passed, EncodedBatch batch) {
    return Datagram.newBuilder()
        .setBatch(
            DatagramBatch.newBuilder()
                .setFeed(feed)
                .setNumber(number)
                .setPassed(passed)
                .setCodec(batch.compression().codec())
                .setRawBytes(batch.rawBytes())
                .setChecksum(batch.checksum())
                .setDictionary(batch.dictionary())
                .setData(UnsafeByteOperations.unsafeWrap(batch.data())))
        .build()
        .toByteArray();
  }

  /**
   * @throws CodecException if it is no datagram
   */
  public static Datagram parse(byte[] payload) {
    try {
      return Datagram.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new CodecException(Category.MALFORMED, "no datagram: " + e.getMessage(), e);
    }
  }

  /**
   * What the batch holds.
   *
   * @param granted the compression agreed on
   * @param dictionaries that came on the connection beside which the datagram came
   * @throws CodecException if it is not what the hub sent, or nothing a hub may send
   */
  public static Batch decode(
      DatagramBatch datagram, FeedId id, Compression granted, Dictionaries dictionaries) {
    Compression compression = Compression.of(datagram.getCodec()).orElse(null);
    if (compression == null || (compression != granted && compression != Compression.NONE)) {
      throw new CodecException(
          Category.COMPRESSION,
          "codec " + datagram.getCodecValue() + " in a datagram: " + granted + " was agreed");
    }
    CompressedBatch compressed =
        new CompressedBatch(
            datagram.getFeed(),
            Lane.LIVE,
            datagram.getNumber(),
            compression,
            datagram.getRawBytes(),
            datagram.getChecksum(),
            datagram.getData().toByteArray(),
            0,
            dictionaries.of(datagram.getFeed(), compression, datagram.getDictionary()));
    Batch batch = compressed.decode(id, MAX_RAW_BYTES);
    requireAlone(batch);
    return batch;
  }

  /** It may be lost or come late, so nothing in it may depend on an order. */
  private static void requireAlone(Batch batch) {
    require(batch.cursor().isNone(), "a cursor");
    require(!batch.snapshotBegin() && !batch.snapshotEnd(), "a snapshot's begin or end");
    require(batch.chain() == null, "a version chain");
    require(batch.changes().stream().noneMatch(Change.Part.class::isInstance), "a part of a value");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new CodecException(
          Category.BAD_VALUE, "a datagram with " + what + ": such goes in blocks only");
    }
  }
}
