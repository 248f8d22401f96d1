package io.replicator.link.codec;

/** One compression format. Thread-safe. */
interface Compressor {

  byte[] compress(byte[] raw, int level);

  /**
   * The bytes before compression: exactly {@code rawBytes}, which the caller has checked against
   * its limit. No more is ever unfolded.
   *
   * @throws CodecException if it is anything else
   */
  byte[] decompress(byte[] data, int rawBytes);
}
