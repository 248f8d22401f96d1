package io.replicator.link.codec;

/** Bytes that are no batch, or not the batch they claim to be. */
public final class CodecException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the bytes. */
  public enum Category {
    /** They end too early, or a length points behind their end. */
    TRUNCATED(WireError.BAD_BATCH),
    /** They are not Protobuf, or not in the form protocol.md demands. */
    MALFORMED(WireError.BAD_BATCH),
    /** A field has a value that it cannot have. */
    BAD_VALUE(WireError.BAD_BATCH),
    /** More of something than the limit allows. */
    TOO_LARGE(WireError.BATCH_TOO_LARGE),
    /** The decompressor refuses them, or their size is not what was announced. */
    COMPRESSION(WireError.BAD_BATCH),
    /** They are not the bytes that were sent. */
    CHECKSUM(WireError.CHECKSUM);

    private final WireError error;

    Category(WireError error) {
      this.error = error;
    }
  }

  private final Category category;

  CodecException(Category category, String text) {
    super(category.error, text);
    this.category = category;
  }

  CodecException(Category category, String text, Throwable cause) {
    super(category.error, text, cause);
    this.category = category;
  }

  public Category category() {
    return category;
  }
}
