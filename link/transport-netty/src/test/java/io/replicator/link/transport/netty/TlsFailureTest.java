package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connection;
import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.RecordingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is turned away because of TLS learns why, in plain words. */
class TlsFailureTest {
  @TempDir static Path folder;

  static TestCertificates certificates;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
  }

  @Test
  void identityIsTheCommonNameOfTheClientsCertificate() {
    Connection.Peer peer = peer(certificates.hub(), certificates.client());
    assertThat(peer.identity()).isEqualTo("edge-7");
    assertThat(peer.secure()).isTrue();
    assertThat(peer.address()).startsWith("127.0.0.1:");
  }

  @Test
  void identityIsEmptyWithoutACertificateWhereNoneIsRequired() {
    Connection.Peer peer =
        peer(certificates.hubThatOnlyAsks(), certificates.clientWithoutCertificate());
    assertThat(peer.identity()).isEmpty();
  }

  @Test
  void clientSaysThatTheHubsCaIsUnknown() {
    assertThat(failure(certificates.hub(), certificates.clientTrustingOtherCa()))
        .contains("the certificate of the hub is not signed by a CA that this client trusts");
  }

  @Test
  void clientSaysThatTheHubsCertificateHasExpired() {
    assertThat(failure(certificates.expiredHub(), certificates.client()))
        .contains("the certificate of the hub has expired");
  }

  @Test
  void clientSaysThatTheHubsCertificateIsForAnotherHost() {
    assertThat(failure(certificates.hubForOtherHost(), certificates.client()))
        .contains("the certificate of the hub is for another host", "127.0.0.1");
  }

  @Test
  void clientWithoutACertificateIsToldToHaveOne() {
    assertThat(failure(certificates.hub(), certificates.clientWithoutCertificate()))
        .contains("the hub requires a certificate, this client has none");
  }

  @Test
  void clientOfAnotherCaIsToldSo() {
    assertThat(failure(certificates.hub(), certificates.clientOfOtherCa()))
        .contains("the hub requires a certificate", "or none of a CA that it accepts");
  }

  @Test
  void clientWithAnExpiredCertificateIsToldSo() {
    assertThat(failure(certificates.hub(), certificates.expiredClient()))
        .contains("the hub says that the certificate of this client has expired");
  }

  @Test
  void plainClientAtATlsHubAndTheOtherWayRoundAreToldSo() {
    assertThat(failure(certificates.hub(), null)).contains("peer closed before its first frame");
    assertThat(failure(null, certificates.client())).contains("speak TLS");
  }

  @Test
  void missingAndUnusableFilesAreNamed() throws Exception {
    Path missing = certificates.folder().resolve("missing.pem");
    assertThatThrownBy(() -> TlsContexts.client(TlsSettings.trusting(missing)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TLS CA " + missing + ": no such file");
    Path garbage = Files.writeString(certificates.folder().resolve("garbage.pem"), "hello");
    assertThatThrownBy(() -> TlsContexts.client(TlsSettings.trusting(garbage)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(garbage.toString());
    assertThatThrownBy(() -> new TlsSettings(null, missing, null, false))
        .hasMessageContaining("both or none expected");
  }

  private static Connection.Peer peer(TlsSettings hub, TlsSettings client) {
    try (TcpLine line = new TcpLine(true, hub, client)) {
      return line.connectedPeer();
    }
  }

  /** What the client hears: with TLS 1.3 it may believe to be connected before it is refused. */
  private static String failure(@Nullable TlsSettings hub, @Nullable TlsSettings client) {
    RecordingListener atClient = new RecordingListener();
    CompletableFuture<String> reason = new CompletableFuture<>();
    TcpSettings settings = TcpLine.SETTINGS.withHandshakeTimeout(Duration.ofSeconds(20));
    try (TcpLine line = new TcpLine(true, hub, client, settings, "127.0.0.1")) {
      line.onClient(() -> {
        var _ =
            line.connector()
                .connect(connection -> {
                  connection.send(ConnectionContract.block(1, 10));
                  connection.flush();
                  return atClient;
                })
                .exceptionally(failed -> {
                  reason.complete(((ConnectFailed) failed).getMessage());
                  throw (ConnectFailed) failed;
                });
      });
      line.until("a reason", () -> reason.isDone() || !atClient.ends().isEmpty());
      return reason.isDone() ? reason.join() : atClient.ends().getFirst();
    }
  }
}
