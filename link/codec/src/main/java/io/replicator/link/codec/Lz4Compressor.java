package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/** One LZ4 block, without LZ4's frame around it: the batch header says all that the frame would. */
final class Lz4Compressor implements Compressor {
  private final LZ4Factory factory = LZ4Factory.fastestInstance();

  @Override
  public byte[] compress(byte[] raw, int level) {
    LZ4Compressor lz4 = level == 0 ? factory.fastCompressor() : factory.highCompressor(level);
    byte[] target = new byte[lz4.maxCompressedLength(raw.length)];
    return Arrays.copyOf(target, lz4.compress(raw, 0, raw.length, target, 0, target.length));
  }

  @Override
  public byte[] decompress(byte[] data, int rawBytes) {
    byte[] raw = new byte[rawBytes];
    try {
      int size = factory.safeDecompressor().decompress(data, 0, data.length, raw, 0, rawBytes);
      Compression.requireSize(rawBytes, size);
      return raw;
    } catch (LZ4Exception e) {
      throw new CodecException(
          Category.COMPRESSION, "lz4 refuses " + data.length + " bytes: " + e.getMessage(), e);
    }
  }
}
