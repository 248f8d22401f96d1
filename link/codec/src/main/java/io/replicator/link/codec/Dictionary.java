package io.replicator.link.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import org.jspecify.annotations.Nullable;

/**
 * What the small batches of a feed have in common: zstd frames refer to it instead of saying it
 * again (RFC 8878, section 5; trained by COVER, as zstd's own tool does). Thread-safe; its native
 * tables are made at the first use and go with it.
 *
 * <p>The frames leave out what the header of a batch says anyway: magic number, size, number of the
 * dictionary.
 */
public final class Dictionary {
  /** The largest a client has to take. */
  public static final int MAX_BYTES = 65_536;

  /** Larger batches hold enough of their own to refer to. */
  public static final int MAX_RAW_BYTES = 16_384;

  /** Small batches cost little at any level. */
  private static final int LEVEL = 9;

  private final int number;
  private final byte[] data;
  private final ZstdContexts contexts;
  private @Nullable ZstdDictCompress forCompression; // guarded by this
  private @Nullable ZstdDictDecompress forDecompression; // guarded by this

  /**
   * @param number names it within its feed, from 1
   * @param data a zstd dictionary; nobody writes to it
   */
  public Dictionary(int number, byte[] data) {
    if (number < 1) {
      throw new IllegalArgumentException("dictionary number " + number + " is less than 1");
    }
    if (data.length == 0 || data.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a dictionary of " + data.length + " bytes: 1 to " + MAX_BYTES + " expected");
    }
    this.number = number;
    this.data = data;
    this.contexts =
        new ZstdContexts(this::compressor, this::decompressor, " with dictionary " + number);
  }

  public int number() {
    return number;
  }

  /** Not to be written to. */
  public byte[] data() {
    return data;
  }

  byte[] compress(byte[] raw) {
    return contexts.compress(raw, LEVEL);
  }

  /**
   * Exactly {@code rawBytes} bytes, whatever the data would unfold to.
   *
   * @throws CodecException if the size is above the limit, or the data is anything else
   */
  byte[] decompress(byte[] compressed, int rawBytes, int maxRawBytes) {
    Compression.requireAtMost(rawBytes, maxRawBytes);
    return contexts.decompress(compressed, rawBytes);
  }

  private synchronized ZstdCompressCtx compressor() {
    if (forCompression == null) {
      forCompression = new ZstdDictCompress(data, LEVEL);
    }
    return new ZstdCompressCtx()
        .setMagicless(true)
        .setContentSize(false)
        .setDictID(false)
        .loadDict(forCompression);
  }

  private synchronized ZstdDecompressCtx decompressor() {
    if (forDecompression == null) {
      forDecompression = new ZstdDictDecompress(data);
    }
    return new ZstdDecompressCtx().setMagicless(true).loadDict(forDecompression);
  }
}
