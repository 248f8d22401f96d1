package io.replicator.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lettuce.core.protocol.CommandType;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisAccessException.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS towards a real Redis: trusted, mutual, and refused with a reason. */
final class RedisTlsTest {
  @TempDir private Path folder = Path.of("");

  private Path ca = Path.of("");
  private Path otherCa = Path.of("");
  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeEach
  void makeCertificates() throws Exception {
    X509Bundle authority = authority("CN=test CA");
    ca = write("ca.pem", authority.getRootCertificatePEM());
    otherCa = write("other.pem", authority("CN=other CA").getRootCertificatePEM());
    X509Bundle issued =
        new CertificateBuilder()
            .subject("CN=redis")
            .addSanIpAddress("127.0.0.1")
            .ecp256()
            .buildIssuedBy(authority);
    certificate = write("redis.crt", issued.getCertificatePathPEM());
    key = write("redis.key", issued.getPrivateKeyPEM());
  }

  @Test
  void readsOverTlsFromAServerOfTheGivenAuthority() throws IOException {
    int port = FreePort.next();
    try (RedisServer server = started(port, "no");
        RedisConnector connector =
            new RedisConnector(endpoint(port, new RedisTls(ca, null, null, true)));
        RedisLink link = connector.await(connector.open(0))) {
      assertThat(link.address().port()).isEqualTo(port).isNotEqualTo(server.port());
      assertThat(link.call(CommandType.PING).join()).isNotNull();
    }
  }

  @Test
  void showsItsOwnCertificateWhereTheServerWantsOne() throws IOException {
    int port = FreePort.next();
    try (RedisServer server = started(port, "yes");
        RedisConnector connector =
            new RedisConnector(endpoint(port, new RedisTls(ca, certificate, key, true)));
        RedisLink link = connector.await(connector.open(0))) {
      assertThat(server.isAlive()).isTrue();
      assertThat(link.isOpen()).isTrue();
    }
  }

  @Test
  void refusesAServerOfAnotherAuthority() throws IOException {
    int port = FreePort.next();
    try (RedisServer server = started(port, "no")) {
      assertThat(server.isAlive()).isTrue();
      assertRefused(port, new RedisTls(otherCa, null, null, true));
    }
  }

  private static void assertRefused(int port, RedisTls tls) {
    try (RedisConnector connector = new RedisConnector(endpoint(port, tls))) {
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(() -> connector.open(0).toCompletableFuture().join())
          .withCauseInstanceOf(RedisAccessException.class)
          .satisfies(e -> {
            Throwable cause = e.getCause();
            assertThat(cause)
                .isInstanceOfSatisfying(
                    RedisAccessException.class,
                    refused -> assertThat(refused.category()).isEqualTo(Category.TLS));
            assertThat(cause).hasMessageContaining("127.0.0.1:" + port);
          });
    }
  }

  private RedisServer started(int tlsPort, String clientCertificates) {
    return RedisServer.started(
        "--tls-port",
        Integer.toString(tlsPort),
        "--tls-ca-cert-file",
        ca.toString(),
        "--tls-cert-file",
        certificate.toString(),
        "--tls-key-file",
        key.toString(),
        "--tls-auth-clients",
        clientCertificates);
  }

  private static RedisEndpoint endpoint(int port, RedisTls tls) {
    return RedisEndpoint.parse("127.0.0.1:" + port).withTls(tls);
  }

  private static X509Bundle authority(String subject) throws Exception {
    return new CertificateBuilder()
        .subject(subject)
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
  }

  private Path write(String name, @Nullable String pem) throws IOException {
    return Files.writeString(folder.resolve(name), String.valueOf(pem));
  }
}
