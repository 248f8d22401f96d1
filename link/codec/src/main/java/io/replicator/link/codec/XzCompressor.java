package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/**
 * One xz stream without its own check. Its dictionary is no larger than the batch, so a reader
 * refuses one that would want much more memory than the batch itself.
 */
final class XzCompressor implements Compressor {
  private static final int READER_KIB = 1024;

  @Override
  public byte[] compress(byte[] raw, int level) {
    ByteArrayOutputStream target = new ByteArrayOutputStream(raw.length / 3 + 64);
    try {
      LZMA2Options options = new LZMA2Options(level);
      int dictionary = Math.max(raw.length, LZMA2Options.DICT_SIZE_MIN);
      options.setDictSize(Math.min(options.getDictSize(), dictionary));
      try (XZOutputStream xz = new XZOutputStream(target, options, XZ.CHECK_NONE)) {
        xz.write(raw);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return target.toByteArray();
  }

  @Override
  public byte[] decompress(byte[] data, int rawBytes) {
    // A dictionary's size is rounded up to the next 2^n or 3 * 2^n.
    int memoryKib = rawBytes / 512 + READER_KIB;
    try (XZInputStream xz = new XZInputStream(new ByteArrayInputStream(data), memoryKib)) {
      return Compression.readExactly(xz, rawBytes);
    } catch (IOException e) {
      throw new CodecException(
          Category.COMPRESSION, "xz refuses " + data.length + " bytes: " + e.getMessage(), e);
    }
  }
}
