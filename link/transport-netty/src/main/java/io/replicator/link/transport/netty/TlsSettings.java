package io.replicator.link.transport.netty;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates one side shows and believes; PEM files. TLS is 1.3, nothing older.
 *
 * @param ca certificates that sign the other side's; null: at a client the system's, at a hub none,
 *     so that no client certificate is asked for
 * @param certificate this side's certificate with what is between it and the CA; null: a client
 *     without one; a hub needs one
 * @param key its private key, unencrypted PKCS#8; may be the same file as {@code certificate}
 * @param requireClientCertificate whether a hub turns away clients without a certificate; if not,
 *     one that is shown is still verified
 */
public record TlsSettings(
    @Nullable Path ca,
    @Nullable Path certificate,
    @Nullable Path key,
    boolean requireClientCertificate) {

  public TlsSettings {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException(
          "TLS certificate %s and key %s: both or none expected".formatted(certificate, key));
    }
    if (requireClientCertificate && ca == null) {
      throw new IllegalArgumentException(
          "client certificates are required but no CA is given to verify them: give a CA file");
    }
  }

  /** A client that believes in this CA and shows no certificate. */
  public static TlsSettings trusting(Path ca) {
    return new TlsSettings(ca, null, null, false);
  }
}
