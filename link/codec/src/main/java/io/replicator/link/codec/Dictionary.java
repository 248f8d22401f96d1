package io.replicator.link.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import io.replicator.link.codec.CodecException.Category;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
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

  private static final int KEPT = Runtime.getRuntime().availableProcessors();

  private final int number;
  private final byte[] data;
  private final ArrayBlockingQueue<ZstdCompressCtx> compressors = new ArrayBlockingQueue<>(KEPT);
  private final ArrayBlockingQueue<ZstdDecompressCtx> decompressors =
      new ArrayBlockingQueue<>(KEPT);
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
  }

  public int number() {
    return number;
  }

  /** Not to be written to. */
  public byte[] data() {
    return data;
  }

  byte[] compress(byte[] raw) {
    byte[] target = new byte[Math.toIntExact(Zstd.compressBound(raw.length))];
    ZstdCompressCtx kept = compressors.poll();
    ZstdCompressCtx context = kept != null ? kept : compressor();
    try {
      int size = context.compressByteArray(target, 0, target.length, raw, 0, raw.length);
      return Arrays.copyOf(target, size);
    } finally {
      if (!compressors.offer(context)) {
        context.close();
      }
    }
  }

  /**
   * Exactly {@code rawBytes} bytes, whatever the data would unfold to.
   *
   * @throws CodecException if the size is above the limit, or the data is anything else
   */
  byte[] decompress(byte[] compressed, int rawBytes, int maxRawBytes) {
    Compression.requireAtMost(rawBytes, maxRawBytes);
    byte[] raw = new byte[rawBytes];
    ZstdDecompressCtx kept = decompressors.poll();
    ZstdDecompressCtx context = kept != null ? kept : decompressor();
    try {
      int size = context.decompressByteArray(raw, 0, rawBytes, compressed, 0, compressed.length);
      Compression.requireSize(rawBytes, size);
      return raw;
    } catch (ZstdException e) {
      throw new CodecException(
          Category.COMPRESSION,
          "zstd refuses "
              + compressed.length
              + " bytes with dictionary "
              + number
              + ", announced as "
              + rawBytes
              + ": "
              + e.getMessage(),
          e);
    } finally {
      if (!decompressors.offer(context)) {
        context.close();
      }
    }
  }

  private synchronized ZstdCompressCtx compressor() {
    if (forCompression == null) {
      forCompression = new ZstdDictCompress(data, LEVEL);
    }
    return new ZstdCompressCtx()
        .setLevel(LEVEL)
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
