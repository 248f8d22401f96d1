package io.replicator.link.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.replicator.link.codec.CodecException.Category;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/**
 * Zstandard contexts of one kind. Each holds about a megabyte of native tables; as many as there
 * are processors are kept for reuse, whichever thread comes. Thread-safe.
 */
final class ZstdContexts implements Compressor {
  private static final int KEPT = Runtime.getRuntime().availableProcessors();

  private final Supplier<ZstdCompressCtx> newCompressor;
  private final Supplier<ZstdDecompressCtx> newDecompressor;
  private final String with;
  private final ArrayBlockingQueue<ZstdCompressCtx> compressors = new ArrayBlockingQueue<>(KEPT);
  private final ArrayBlockingQueue<ZstdDecompressCtx> decompressors =
      new ArrayBlockingQueue<>(KEPT);

  /**
   * @param with what they have beside the data, for messages: "" or " with …"
   */
  ZstdContexts(
      Supplier<ZstdCompressCtx> newCompressor,
      Supplier<ZstdDecompressCtx> newDecompressor,
      String with) {
    this.newCompressor = newCompressor;
    this.newDecompressor = newDecompressor;
    this.with = with;
  }

  @Override
  public byte[] compress(byte[] raw, int level) {
    byte[] target = new byte[Math.toIntExact(Zstd.compressBound(raw.length))];
    ZstdCompressCtx kept = compressors.poll();
    ZstdCompressCtx context = kept != null ? kept : newCompressor.get();
    try {
      int size =
          context.setLevel(level).compressByteArray(target, 0, target.length, raw, 0, raw.length);
      return Arrays.copyOf(target, size);
    } finally {
      if (!compressors.offer(context)) {
        context.close();
      }
    }
  }

  @Override
  public byte[] decompress(byte[] data, int rawBytes) {
    byte[] raw = new byte[rawBytes];
    ZstdDecompressCtx kept = decompressors.poll();
    ZstdDecompressCtx context = kept != null ? kept : newDecompressor.get();
    try {
      int size = context.decompressByteArray(raw, 0, rawBytes, data, 0, data.length);
      Compression.requireSize(rawBytes, size);
      return raw;
    } catch (ZstdException e) {
      throw new CodecException(
          Category.COMPRESSION,
          "zstd refuses "
              + data.length
              + " bytes"
              + with
              + " announced as "
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
}
