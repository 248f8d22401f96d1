package io.replicator.link.transport.netty;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Says in plain words why TLS failed. The libraries bury the cause under several exceptions, and an
 * alert from the far end is only a name.
 */
final class TlsReason {
  private final String peer;
  private final String own;

  private TlsReason(String peer, String own) {
    this.peer = peer;
    this.own = own;
  }

  /** In the words of a hub, of its client. */
  static TlsReason atHub() {
    return new TlsReason("the client", "this hub");
  }

  /** In the words of a client, of its hub. */
  static TlsReason atClient() {
    return new TlsReason("the hub", "this client");
  }

  /** Empty if TLS has nothing to do with it. */
  Optional<String> of(Throwable failure) {
    boolean tls = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<String> known = exactly(cause);
      if (known.isPresent()) {
        return known;
      }
      tls |= cause instanceof SSLException;
    }
    if (!tls) {
      return Optional.empty();
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<String> alert = alert(String.valueOf(cause.getMessage()));
      if (alert.isPresent()) {
        return alert;
      }
    }
    return Optional.of("TLS failed: " + innermost(failure));
  }

  private Optional<String> exactly(Throwable cause) {
    return Optional.ofNullable(
        switch (cause) {
          case NotSslRecordException _ ->
              peer + " does not speak TLS, " + own + " does: use it on both sides or on neither";
          case SslHandshakeTimeoutException _ -> "no TLS handshake in time";
          case CertificateExpiredException expired ->
              "the certificate of " + peer + " has expired: " + expired.getMessage();
          case CertificateNotYetValidException early ->
              "the certificate of " + peer + " is not valid yet: " + early.getMessage();
          case CertPathBuilderException _ -> unknownCa();
          case CertPathValidatorException invalid when invalid.getCause() == null -> unknownCa();
          case CertificateException named when isAboutTheName(named) ->
              "the certificate of "
                  + peer
                  + " is for another host: "
                  + named.getMessage()
                  + "; connect by a name that it has, or issue one for this name";
          default -> null;
        });
  }

  private static boolean isAboutTheName(CertificateException e) {
    String text = String.valueOf(e.getMessage());
    return text.startsWith("No subject alternative") || text.startsWith("No name matching");
  }

  private String unknownCa() {
    return "the certificate of " + peer + " is not signed by a CA that " + own + " trusts";
  }

  /** What the JDK and BoringSSL call the same alerts and errors. */
  private Optional<String> alert(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    if (text.contains("empty client certificate chain")
        || text.contains("peer_did_not_return_a_certificate")) {
      return Optional.of(peer + " showed no certificate, " + own + " requires one");
    }
    if (text.contains("certificate_required")) {
      return Optional.of(
          peer
              + " requires a certificate, "
              + own
              + " has none, or none of a CA that it accepts: give it one");
    }
    if (text.contains("certificate_expired")) {
      return Optional.of(peer + " says that the certificate of " + own + " has expired");
    }
    if (text.contains("unknown_ca") || text.contains("certificate_unknown")) {
      return Optional.of(
          peer
              + " does not accept the certificate of "
              + own
              + ": signed by a CA it does not trust, or not valid for this use or host");
    }
    if (text.contains("bad_certificate") || text.contains("unsupported_certificate")) {
      return Optional.of(peer + " refuses the certificate of " + own + " as unfit");
    }
    if (text.contains("protocol_version") || text.contains("unsupported_protocol")) {
      return Optional.of(peer + " has no TLS 1.3");
    }
    if (text.contains("closed before") || text.contains("closed already")) {
      return Optional.of(peer + " ended the connection during the TLS handshake");
    }
    return Optional.empty();
  }

  private static String innermost(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }
}
