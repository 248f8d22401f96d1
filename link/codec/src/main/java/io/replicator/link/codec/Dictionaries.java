package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dictionaries that came on one connection: of each feed the last two, since batches that were
 * compressed with the one before may still be on their way. Confined to the connection's loop.
 */
public final class Dictionaries {
  private final Map<Integer, Kept> feeds = new HashMap<>();

  private record Kept(Dictionary last, @Nullable Dictionary before) {}

  /** One more. Fails with {@link ProtocolException} if it is none, or out of order. */
  public void learn(int feed, int number, byte[] data) {
    Kept kept = feeds.get(feed);
    int expected = kept == null ? 1 : kept.last.number() + 1;
    if (number < expected || data.length == 0 || data.length > Dictionary.MAX_BYTES) {
      throw new ProtocolException(
          WireError.BAD_FRAME,
          "dictionary %s of feed %d has %d bytes: 1 to %d, and a number of %d or more expected"
              .formatted(
                  Integer.toUnsignedString(number),
                  feed,
                  data.length,
                  Dictionary.MAX_BYTES,
                  expected));
    }
    feeds.put(feed, new Kept(new Dictionary(number, data), kept == null ? null : kept.last));
  }

  /**
   * The one that a batch names; null for number 0, which is none.
   *
   * @throws CodecException if it did not come, or was replaced twice, or is not for zstd
   */
  @Nullable Dictionary of(int feed, Compression compression, int number) {
    if (number == 0) {
      return null;
    }
    if (compression != Compression.ZSTD) {
      throw new CodecException(
          Category.COMPRESSION, "a dictionary with " + compression.text() + ": only zstd has some");
    }
    Kept kept = feeds.get(feed);
    if (kept != null && kept.last.number() == number) {
      return kept.last;
    }
    Dictionary before = kept == null ? null : kept.before;
    if (before != null && before.number() == number) {
      return before;
    }
    throw new CodecException(
        Category.COMPRESSION,
        "dictionary "
            + Integer.toUnsignedString(number)
            + " of feed "
            + feed
            + ", which has not come or was replaced twice");
  }
}
