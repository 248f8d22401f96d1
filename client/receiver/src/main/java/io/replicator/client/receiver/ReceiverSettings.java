package io.replicator.client.receiver;

import io.replicator.link.codec.Compression;
import java.time.Duration;
import java.util.List;

/**
 * What a client tells every hub in its Hello, and how patient it is.
 *
 * @param clientId stable name of the client, for status and logs at the hub; at most 128 characters
 * @param token bearer token, "" = none; never shown
 * @param codecs acceptable compressions, best first
 * @param windowBytes most block bytes sent and not acknowledged, 16 KiB to 1 GiB
 * @param maxBatchBytes largest decompressed batch that is taken, 64 KiB to 1 GiB
 * @param blockBytes wished size of a block's data, 0 = the hub's
 * @param handshakeTimeout how long the hub may take to answer Hello
 */
public record ReceiverSettings(
    String clientId,
    String token,
    List<Compression> codecs,
    long windowBytes,
    long maxBatchBytes,
    int blockBytes,
    Duration handshakeTimeout) {

  public static final long DEFAULT_WINDOW_BYTES = 4L << 20;
  public static final long DEFAULT_MAX_BATCH_BYTES = 16L << 20;
  public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(20);
  public static final List<Compression> DEFAULT_CODECS =
      List.of(
          Compression.ZSTD, Compression.GZIP, Compression.LZ4, Compression.XZ, Compression.NONE);

  public ReceiverSettings {
    codecs = List.copyOf(codecs);
    if (clientId.isBlank() || clientId.length() > 128) {
      throw new IllegalArgumentException(
          "client id '" + clientId + "': expected a name of 1 to 128 characters");
    }
    if (codecs.isEmpty()) {
      throw new IllegalArgumentException("no codec: expected at least one, or 'none' by name");
    }
    requireRange("windowBytes", windowBytes, 16L << 10, 1L << 30);
    requireRange("maxBatchBytes", maxBatchBytes, 64L << 10, 1L << 30);
    if (blockBytes != 0) {
      requireRange("blockBytes", blockBytes, 128, 64L << 10);
    }
    if (!handshakeTimeout.isPositive()) {
      throw new IllegalArgumentException("handshakeTimeout " + handshakeTimeout + ": not positive");
    }
  }

  /** Everything as usual, for a client of this name. */
  public static ReceiverSettings defaults(String clientId) {
    return new ReceiverSettings(
        clientId,
        "",
        DEFAULT_CODECS,
        DEFAULT_WINDOW_BYTES,
        DEFAULT_MAX_BATCH_BYTES,
        0,
        DEFAULT_HANDSHAKE_TIMEOUT);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "client %s, token %s, codecs %s, window %d B, batches up to %d B"
        .formatted(
            clientId, token.isEmpty() ? "none" : "given", codecs, windowBytes, maxBatchBytes);
  }

  private static void requireRange(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          "%s %d: expected %d to %d bytes".formatted(name, value, from, to));
    }
  }
}
