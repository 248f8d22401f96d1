package io.replicator.testing.system;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A CA and what it signed, as PEM files, the way an operator has them. */
final class Certificates {
  private final Path folder;
  private final X509Bundle authority;
  private final String file;

  /** A new CA with this name. */
  Certificates(Path folder, String name) {
    this.folder = folder;
    try {
      authority =
          new CertificateBuilder()
              .subject("CN=" + name)
              .setIsCertificateAuthority(true)
              .ecp256()
              .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    file = write(name + ".pem", authority.getRootCertificatePEM());
  }

  /** The file for {@code -TLSCA}. */
  String authority() {
    return file;
  }

  /** For a program that trusts this CA and has no certificate. */
  SSLContext trusting() {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", authority.getRootCertificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The files for {@code -TLSCRT} of a hub at 127.0.0.1. */
  String hub(String name) {
    return issue(name, builder(name).addSanIpAddress("127.0.0.1"));
  }

  String expiredHub(String name) {
    return issue(name, expired(builder(name)).addSanIpAddress("127.0.0.1"));
  }

  /** The files for {@code -TLSCRT} of a client with this identity. */
  String client(String name) {
    return issue(name, builder(name));
  }

  String expiredClient(String name) {
    return issue(name + "-expired", expired(builder(name)));
  }

  private static CertificateBuilder builder(String name) {
    return new CertificateBuilder().subject("CN=" + name).ecp256();
  }

  private static CertificateBuilder expired(CertificateBuilder builder) {
    Instant now = Instant.now();
    return builder.notBefore(now.minus(Duration.ofDays(9))).notAfter(now.minus(Duration.ofDays(2)));
  }

  private String issue(String name, CertificateBuilder builder) {
    try {
      X509Bundle bundle = builder.buildIssuedBy(authority);
      return write(name + ".crt", bundle.getCertificatePathPEM())
          + ","
          + write(name + ".key", bundle.getPrivateKeyPEM());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private String write(String name, String pem) {
    try {
      return Files.writeString(folder.resolve(name), pem).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
