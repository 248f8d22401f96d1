package io.replicator.link.codec;

import com.dynatrace.hash4j.hashing.Hashing;
import io.replicator.api.Batch;
import io.replicator.link.wire.BatchHeader;
import org.jspecify.annotations.Nullable;

/**
 * A batch ready to be cut into blocks: the same for every subscriber that gets it. Immutable;
 * nobody writes to the array.
 *
 * @param compression what it is compressed with: {@link Compression#NONE} if that made it no
 *     smaller
 * @param rawBytes its size before compression
 * @param data what travels
 * @param checksum XXH3-64 of the bytes before compression
 * @param entries number of changes in it
 * @param loadKeys about how many keys the load has that this batch opens, 0 = it opens none
 * @param dictionary number of the dictionary that it was compressed with, 0 = none
 */
public record EncodedBatch(
    Compression compression,
    int rawBytes,
    byte[] data,
    long checksum,
    int entries,
    long loadKeys,
    int dictionary) {

  public EncodedBatch(
      Compression compression, int rawBytes, byte[] data, long checksum, int entries) {
    this(compression, rawBytes, data, checksum, entries, 0, 0);
  }

  /** The same, opening a load of about so many keys. */
  public EncodedBatch opensLoadOf(long keys) {
    return new EncodedBatch(compression, rawBytes, data, checksum, entries, keys, dictionary);
  }

  /** Encodes and compresses: the expensive step, meant for a worker. */
  public static EncodedBatch of(Batch batch, Compression compression, int level) {
    return ofRaw(BatchEncoder.encode(batch), compression, level, batch.changes().size());
  }

  /**
   * The same with a dictionary: for zstd, and only if the batch is small.
   *
   * @param dictionary null = none
   */
  public static EncodedBatch of(
      Batch batch, Compression compression, int level, @Nullable Dictionary dictionary) {
    byte[] raw = BatchEncoder.encode(batch);
    int entries = batch.changes().size();
    if (dictionary == null
        || compression != Compression.ZSTD
        || raw.length > Dictionary.MAX_RAW_BYTES) {
      return ofRaw(raw, compression, level, entries);
    }
    byte[] compressed = dictionary.compress(raw);
    return compressed.length < raw.length
        ? new EncodedBatch(
            compression, raw.length, compressed, checksum(raw), entries, 0, dictionary.number())
        : new EncodedBatch(Compression.NONE, raw.length, raw, checksum(raw), entries);
  }

  static EncodedBatch ofRaw(byte[] raw, Compression compression, int level, int entries) {
    byte[] compressed = compression.compress(raw, level);
    boolean pays = compressed.length < raw.length;
    return new EncodedBatch(
        pays ? compression : Compression.NONE,
        raw.length,
        pays ? compressed : raw,
        checksum(raw),
        entries);
  }

  static long checksum(byte[] raw) {
    return Hashing.xxh3_64().hashBytesToLong(raw);
  }

  BatchHeader header() {
    return BatchHeader.newBuilder()
        .setCodec(compression.codec())
        .setRawBytes(rawBytes)
        .setSentBytes(data.length)
        .setChecksum(checksum)
        .setLoadKeys(loadKeys)
        .setDictionary(dictionary)
        .build();
  }
}
