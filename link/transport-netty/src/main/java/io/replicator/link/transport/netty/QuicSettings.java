package io.replicator.link.transport.netty;

import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import java.time.Duration;
import java.util.List;

/**
 * How datagrams travel.
 *
 * @param congestionControl "bbr", "cubic" or "reno"
 * @param connectTimeout how long the handshake may take
 * @param idleTimeout silent for this long it is dead
 * @param maxBytes the largest payload to begin with; a narrower path lowers it
 * @param maxConnections of a server; one more is not answered
 */
public record QuicSettings(
    String congestionControl,
    Duration connectTimeout,
    Duration idleTimeout,
    int maxBytes,
    int maxConnections) {

  /** Fits the smallest packet that QUIC allows for (1200 bytes), connection ids included. */
  public static final int DEFAULT_MAX_BYTES = 1150;

  public static final QuicSettings DEFAULTS =
      new QuicSettings(
          "bbr", Duration.ofSeconds(3), Duration.ofSeconds(30), DEFAULT_MAX_BYTES, 10_000);

  public static final List<String> CONGESTION_CONTROLS = List.of("bbr", "cubic", "reno");

  static final int MIN_MAX_BYTES = 512;

  /**
   * So many packets may be on their way before QUIC knows the line. RFC 9002 says ten; updates that
   * begin at once would wait half a second behind it at a round trip of 100 ms.
   */
  static final int FIRST_WINDOW_PACKETS = 32;

  public QuicSettings {
    if (maxBytes < MIN_MAX_BYTES || maxBytes > DEFAULT_MAX_BYTES) {
      throw new IllegalArgumentException(
          "datagrams of %d bytes: %d to %d expected"
              .formatted(maxBytes, MIN_MAX_BYTES, DEFAULT_MAX_BYTES));
    }
    algorithm(congestionControl);
  }

  public QuicSettings withCongestionControl(String name) {
    return new QuicSettings(name, connectTimeout, idleTimeout, maxBytes, maxConnections);
  }

  public QuicSettings withConnectTimeout(Duration timeout) {
    return new QuicSettings(congestionControl, timeout, idleTimeout, maxBytes, maxConnections);
  }

  QuicCongestionControlAlgorithm algorithm() {
    return algorithm(congestionControl);
  }

  private static QuicCongestionControlAlgorithm algorithm(String name) {
    return switch (name) {
      case "bbr" -> QuicCongestionControlAlgorithm.BBR;
      case "cubic" -> QuicCongestionControlAlgorithm.CUBIC;
      case "reno" -> QuicCongestionControlAlgorithm.RENO;
      default ->
          throw new IllegalArgumentException(
              "congestion control \"%s\": bbr, cubic or reno expected".formatted(name));
    };
  }
}
