package io.replicator.link.transport.netty;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS contexts from settings; BoringSSL where it is there, the JDK's TLS elsewhere. Contexts
 * are reference counted: whoever made one releases it.
 */
final class TlsContexts {
  private static final String TLS_1_3 = "TLSv1.3";

  private TlsContexts() {}

  static SslContext hub(TlsSettings settings) {
    Path certificate = settings.certificate();
    Path key = settings.key();
    if (certificate == null || key == null) {
      throw new IllegalArgumentException("TLS at a hub needs a certificate and its key: give both");
    }
    SslContextBuilder builder =
        SslContextBuilder.forServer(
            readable("TLS certificate", certificate), readable("TLS key", key));
    ClientAuth clientAuth = ClientAuth.NONE;
    if (settings.ca() != null) {
      clientAuth = settings.requireClientCertificate() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
    }
    return build(builder.clientAuth(clientAuth), settings);
  }

  static SslContext client(TlsSettings settings) {
    SslContextBuilder builder =
        SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
    Path certificate = settings.certificate();
    Path key = settings.key();
    if (certificate != null && key != null) {
      builder.keyManager(readable("TLS certificate", certificate), readable("TLS key", key));
    }
    return build(builder, settings);
  }

  private static SslContext build(SslContextBuilder builder, TlsSettings settings) {
    Path ca = settings.ca();
    try {
      if (ca != null) {
        builder.trustManager(readable("TLS CA", ca));
      }
      return builder.sslProvider(provider()).protocols(TLS_1_3).build();
    } catch (IllegalArgumentException | SSLException e) {
      throw new IllegalArgumentException(describe(settings, e), e);
    }
  }

  static SslProvider provider() {
    return OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL)
        ? SslProvider.OPENSSL_REFCNT
        : SslProvider.JDK;
  }

  private static File readable(String what, Path path) {
    if (!Files.isReadable(path)) {
      throw new IllegalArgumentException(
          "%s %s: %s; a readable PEM file expected"
              .formatted(what, path, Files.exists(path) ? "not readable" : "no such file"));
    }
    return path.toFile();
  }

  private static String describe(TlsSettings settings, @Nullable Throwable e) {
    return "TLS cannot be set up with CA %s, certificate %s, key %s: %s"
        .formatted(
            settings.ca(), settings.certificate(), settings.key(), e == null ? "" : e.getMessage());
  }
}
