package io.replicator.link.transport.netty;

import io.replicator.link.transport.Connection;
import java.time.Duration;

/**
 * How a hub listens and a client connects.
 *
 * @param connectTimeout for looking up the name and for each address tried
 * @param handshakeTimeout for TLS, and again until the peer's first frame
 * @param maxFrameBytes largest frame, both ways
 * @param maxConnections of a server; one more is told so and ended
 * @param congestionControl "bbr", "cubic", … by the kernel's names, "system" = leave it alone; one
 *     that the kernel has not is left alone too
 * @param userTimeout a connection whose bytes are not acknowledged for this long is dead, and so is
 *     one whose peer takes nothing of an HTTP answer
 * @param unsentTime how much time's worth of bytes may wait below the connection
 * @param maxUnsentBytes most bytes that wait below the connection, whatever its rate
 */
public record TcpSettings(
    Duration connectTimeout,
    Duration handshakeTimeout,
    int maxFrameBytes,
    int maxConnections,
    String congestionControl,
    Duration userTimeout,
    Duration unsentTime,
    int maxUnsentBytes) {

  /** Leave the kernel's choice alone. */
  public static final String SYSTEM_CONGESTION_CONTROL = "system";

  public static final TcpSettings DEFAULTS =
      new TcpSettings(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Connection.DEFAULT_MAX_FRAME_BYTES,
          10_000,
          "bbr",
          Duration.ofSeconds(60),
          Duration.ofMillis(25),
          256 * 1024);

  public TcpSettings {
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("handshakeTimeout", handshakeTimeout);
    requirePositive("userTimeout", userTimeout);
    requirePositive("unsentTime", unsentTime);
    requireRange("maxFrameBytes", maxFrameBytes, 1024, 64 * 1024 * 1024);
    requireRange("maxConnections", maxConnections, 1, 1_000_000);
    requireRange("maxUnsentBytes", maxUnsentBytes, 4 * 1024, 16 * 1024 * 1024);
    if (!congestionControl.matches("[a-z0-9_]{1,15}")) {
      throw new IllegalArgumentException(
          "congestionControl \"%s\": one of \"bbr\", \"cubic\", \"system\" expected"
              .formatted(congestionControl));
    }
  }

  public TcpSettings withHandshakeTimeout(Duration timeout) {
    return new TcpSettings(
        connectTimeout,
        timeout,
        maxFrameBytes,
        maxConnections,
        congestionControl,
        userTimeout,
        unsentTime,
        maxUnsentBytes);
  }

  public TcpSettings withConnectTimeout(Duration timeout) {
    return new TcpSettings(
        timeout,
        handshakeTimeout,
        maxFrameBytes,
        maxConnections,
        congestionControl,
        userTimeout,
        unsentTime,
        maxUnsentBytes);
  }

  public TcpSettings withMaxFrameBytes(int bytes) {
    return new TcpSettings(
        connectTimeout,
        handshakeTimeout,
        bytes,
        maxConnections,
        congestionControl,
        userTimeout,
        unsentTime,
        maxUnsentBytes);
  }

  public TcpSettings withMaxConnections(int connections) {
    return new TcpSettings(
        connectTimeout,
        handshakeTimeout,
        maxFrameBytes,
        connections,
        congestionControl,
        userTimeout,
        unsentTime,
        maxUnsentBytes);
  }

  public TcpSettings withCongestionControl(String name) {
    return new TcpSettings(
        connectTimeout,
        handshakeTimeout,
        maxFrameBytes,
        maxConnections,
        name,
        userTimeout,
        unsentTime,
        maxUnsentBytes);
  }

  public TcpSettings withUserTimeout(Duration timeout) {
    return new TcpSettings(
        connectTimeout,
        handshakeTimeout,
        maxFrameBytes,
        maxConnections,
        congestionControl,
        timeout,
        unsentTime,
        maxUnsentBytes);
  }

  public TcpSettings withUnsentTime(Duration time) {
    return new TcpSettings(
        connectTimeout,
        handshakeTimeout,
        maxFrameBytes,
        maxConnections,
        congestionControl,
        userTimeout,
        time,
        maxUnsentBytes);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s %s: more than 0 and at most 1 h expected".formatted(name, value));
    }
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d: %d to %d expected".formatted(name, value, min, max));
    }
  }
}
