package io.replicator.link.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.replicator.link.codec.CodecException.Category;
import io.replicator.link.wire.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The compressions a batch can travel in. Thread-safe. */
public enum Compression {
  NONE(Codec.CODEC_NONE, 0, 0, 0, new NoCompressor()),
  ZSTD(
      Codec.CODEC_ZSTD,
      -7,
      3,
      22,
      new ZstdContexts(ZstdCompressCtx::new, ZstdDecompressCtx::new, "")),
  GZIP(Codec.CODEC_GZIP, 1, 6, 9, new GzipCompressor()),
  LZ4(Codec.CODEC_LZ4, 0, 0, 17, new Lz4Compressor()),
  XZ(Codec.CODEC_XZ, 0, 6, 9, new XzCompressor());

  private static final List<Compression> ALL = List.of(values());

  private final Codec codec;
  private final int minLevel;
  private final int defaultLevel;
  private final int maxLevel;

  // Thread-safe; the contexts it keeps for reuse are no state that anybody sees.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Compressor compressor;

  Compression(Codec codec, int minLevel, int defaultLevel, int maxLevel, Compressor compressor) {
    this.codec = codec;
    this.minLevel = minLevel;
    this.defaultLevel = defaultLevel;
    this.maxLevel = maxLevel;
    this.compressor = compressor;
  }

  /** What stands for it on the wire. */
  public Codec codec() {
    return codec;
  }

  public int defaultLevel() {
    return defaultLevel;
  }

  public int minLevel() {
    return minLevel;
  }

  public int maxLevel() {
    return maxLevel;
  }

  /** The level itself; the error names the range. */
  public int requireLevel(int level) {
    if (level < minLevel || level > maxLevel) {
      throw new IllegalArgumentException(
          text() + " level " + level + ": " + minLevel + " to " + maxLevel + " expected");
    }
    return level;
  }

  /** Its name as people write it: "zstd". */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** By its name in any case; the error names the choices. */
  public static Compression parse(String text) {
    for (Compression compression : ALL) {
      if (compression.text().equalsIgnoreCase(text.strip())) {
        return compression;
      }
    }
    throw new IllegalArgumentException(
        "unknown compression '" + text + "': expected zstd, gzip, lz4, xz or none");
  }

  /** What the wire's code stands for; empty for one this version does not know. */
  public static Optional<Compression> of(Codec codec) {
    return ALL.stream().filter(compression -> compression.codec == codec).findFirst();
  }

  /**
   * The first of the client's choices that the hub allows.
   *
   * @throws ProtocolException with {@link WireError#NO_COMMON_CODEC} if there is none
   */
  public static Compression negotiate(List<Codec> wanted, Collection<Compression> allowed) {
    for (Codec codec : wanted) {
      Optional<Compression> known = of(codec);
      if (known.isPresent() && allowed.contains(known.get())) {
        return known.get();
      }
    }
    throw new ProtocolException(
        WireError.NO_COMMON_CODEC,
        "no compression in common: the client takes "
            + names(wanted)
            + ", the hub "
            + allowed.stream().map(Compression::text).sorted().toList());
  }

  public byte[] compress(byte[] raw, int level) {
    return compressor.compress(raw, requireLevel(level));
  }

  /**
   * Exactly {@code rawBytes} bytes, whatever the data would unfold to.
   *
   * @throws CodecException if the size is above the limit, or the data is anything else
   */
  public byte[] decompress(byte[] data, int rawBytes, int maxRawBytes) {
    requireAtMost(rawBytes, maxRawBytes);
    return compressor.decompress(data, rawBytes);
  }

  static void requireAtMost(int rawBytes, int maxRawBytes) {
    if (rawBytes < 0 || rawBytes > maxRawBytes) {
      throw new CodecException(
          Category.TOO_LARGE,
          "a batch of "
              + Integer.toUnsignedString(rawBytes)
              + " bytes: at most "
              + maxRawBytes
              + " expected");
    }
  }

  static byte[] readExactly(InputStream in, int rawBytes) throws IOException {
    // Grows with what really comes, not with what was announced.
    byte[] raw = in.readNBytes(rawBytes);
    requireSize(rawBytes, raw.length);
    if (in.read() != -1) {
      throw new CodecException(
          Category.COMPRESSION, "the data unfolds to more than the announced " + rawBytes);
    }
    return raw;
  }

  static void requireSize(int announced, int size) {
    if (size != announced) {
      throw new CodecException(
          Category.COMPRESSION,
          "the data unfolds to " + size + " bytes: " + announced + " announced");
    }
  }

  private static List<String> names(List<Codec> codecs) {
    return codecs.stream()
        .map(codec -> of(codec).map(Compression::text).orElse("unknown"))
        .toList();
  }
}
