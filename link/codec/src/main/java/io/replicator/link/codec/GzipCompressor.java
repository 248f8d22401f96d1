package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** One gzip member: what every platform has, browsers too. */
final class GzipCompressor implements Compressor {

  @Override
  public byte[] compress(byte[] raw, int level) {
    ByteArrayOutputStream target = new ByteArrayOutputStream(raw.length / 3 + 64);
    try (OutputStream gzip = new LevelOutput(target, level)) {
      gzip.write(raw);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return target.toByteArray();
  }

  @Override
  public byte[] decompress(byte[] data, int rawBytes) {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(data), 4096)) {
      return Compression.readExactly(gzip, rawBytes);
    } catch (IOException e) {
      throw new CodecException(
          Category.COMPRESSION, "gzip refuses " + data.length + " bytes: " + e.getMessage(), e);
    }
  }

  /** {@link GZIPOutputStream} has no parameter for the level. */
  private static final class LevelOutput extends GZIPOutputStream {
    LevelOutput(OutputStream out, int level) throws IOException {
      super(out, 4096);
      def.setLevel(level);
    }
  }
}
