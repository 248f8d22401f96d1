package io.replicator.link.transport;

/**
 * Where a hub takes datagrams.
 *
 * @param port UDP port at the host that the connection goes to
 * @param fingerprint SHA-256 of the certificate that is shown there: it is told over the
 *     connection, so that whoever trusts the one may trust the other
 */
public record DatagramPort(int port, byte[] fingerprint) {
  public static final int FINGERPRINT_BYTES = 32;

  public DatagramPort {
    if (port < 1 || port > 65_535 || fingerprint.length != FINGERPRINT_BYTES) {
      throw new IllegalArgumentException(
          "datagrams at port %d with a fingerprint of %d bytes: a port from 1 to 65535 and %d bytes expected"
              .formatted(port, fingerprint.length, FINGERPRINT_BYTES));
    }
  }
}
