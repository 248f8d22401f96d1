package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;

/** Leaves the bytes as they are. */
final class NoCompressor implements Compressor {

  @Override
  public byte[] compress(byte[] raw, int level) {
    return raw;
  }

  @Override
  public byte[] decompress(byte[] data, int rawBytes) {
    if (data.length != rawBytes) {
      throw new CodecException(
          Category.COMPRESSION,
          "uncompressed data of " + data.length + " bytes: " + rawBytes + " announced");
    }
    return data;
  }
}
