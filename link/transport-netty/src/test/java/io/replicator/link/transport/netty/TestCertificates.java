package io.replicator.link.transport.netty;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A CA and certificates of it, as PEM files in a test's folder. */
final class TestCertificates {
  private final Path folder;
  private final X509Bundle ca;
  private final X509Bundle otherCa;
  private final Path caFile;
  private final Path otherCaFile;
  private int files;

  TestCertificates(Path folder) throws Exception {
    this.folder = folder;
    ca = ca("CN=test CA");
    otherCa = ca("CN=other CA");
    caFile = write(ca.getRootCertificatePEM());
    otherCaFile = write(otherCa.getRootCertificatePEM());
  }

  private static X509Bundle ca(String subject) throws Exception {
    return new CertificateBuilder()
        .subject(subject)
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
  }

  /** A hub for 127.0.0.1 that requires client certificates. */
  TlsSettings hub() {
    return settings(caFile, issue(valid("CN=hub").addSanIpAddress("127.0.0.1"), ca), true);
  }

  TlsSettings client() {
    return settings(caFile, issue(valid("CN=edge-7,O=somewhere"), ca), false);
  }

  TlsSettings clientTrustingOtherCa() {
    return settings(otherCaFile, issue(valid("CN=edge-7"), ca), false);
  }

  TlsSettings clientOfOtherCa() {
    return settings(caFile, issue(valid("CN=edge-7"), otherCa), false);
  }

  TlsSettings clientWithoutCertificate() {
    return TlsSettings.trusting(caFile);
  }

  TlsSettings expiredClient() {
    return settings(caFile, issue(expired(valid("CN=edge-7")), ca), false);
  }

  TlsSettings expiredHub() {
    CertificateBuilder hub = expired(valid("CN=hub")).addSanIpAddress("127.0.0.1");
    return settings(caFile, issue(hub, ca), true);
  }

  TlsSettings hubForOtherHost() {
    return settings(caFile, issue(valid("CN=hub").addSanDnsName("hub.example"), ca), true);
  }

  TlsSettings hubThatOnlyAsks() {
    X509Bundle hub = issue(valid("CN=hub").addSanIpAddress("127.0.0.1"), ca);
    return settings(caFile, hub, false);
  }

  Path folder() {
    return folder;
  }

  private static CertificateBuilder valid(String subject) {
    return new CertificateBuilder().subject(subject).ecp256();
  }

  private static CertificateBuilder expired(CertificateBuilder builder) {
    Instant now = Instant.now();
    return builder.notBefore(now.minus(Duration.ofDays(9))).notAfter(now.minus(Duration.ofDays(2)));
  }

  private static X509Bundle issue(CertificateBuilder builder, X509Bundle issuer) {
    try {
      return builder.buildIssuedBy(issuer);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private TlsSettings settings(Path trusted, X509Bundle own, boolean require) {
    return new TlsSettings(
        trusted, write(own.getCertificatePathPEM()), write(own.getPrivateKeyPEM()), require);
  }

  private Path write(String pem) {
    try {
      return Files.writeString(folder.resolve("pem-" + files++), pem);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
