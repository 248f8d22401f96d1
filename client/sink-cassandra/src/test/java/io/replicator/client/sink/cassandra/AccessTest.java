package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.batch;
import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.replicator.api.SinkException;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.cassandra.ServerOptions;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Login, rights and TLS: a server that asks for all of them. */
final class AccessTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void loginRightsAndTlsAreNeededAndWhatIsWrongIsSaid() throws Exception {
    Path ca = folder.resolve("ca.pem");
    Path keystore = folder.resolve("server.p12");
    writeCertificates(ca, keystore);
    try (CassandraServer server =
        CassandraServer.started(ServerOptions.DEFAULTS.withPasswords().withTls(keystore))) {
      CassandraEndpoint plain = CassandraEndpoint.parse(server.address());
      CassandraEndpoint tls = plain.withTls(new CassandraTls(ca, null, null));
      CassandraEndpoint admin = tls.withLogin("cassandra", "cassandra");
      Await.until(Duration.ofSeconds(60), "the superuser is made", () -> opens(admin));

      refused(
          tls.withLogin("cassandra", "wrong"),
          SinkException.Category.REFUSED,
          "check user and password");
      refused(tls, SinkException.Category.REFUSED, "requires authentication");
      refused(
          plain.withLogin("cassandra", "cassandra"),
          SinkException.Category.UNAVAILABLE,
          "cannot be reached");
      refused(
          plain.withTls(new CassandraTls(null, null, null)).withLogin("cassandra", "cassandra"),
          SinkException.Category.UNAVAILABLE,
          "cannot be reached");

      try (CassandraSink sink = new CassandraSink(admin, settings().withCreateSchema(true))) {
        done(sink.open(feed()));
        done(sink.apply(batch(put("k", "v")).build()));
      }
      try (CqlSession session = new Connector(admin, "ONE").open()) {
        session.execute("CREATE ROLE reader WITH PASSWORD = 'secret' AND LOGIN = true");
        session.execute("GRANT SELECT ON KEYSPACE access TO reader");
        refused(
            tls.withLogin("reader", "secret"),
            SinkException.Category.REFUSED,
            "reader",
            "MODIFY",
            "GRANT it to the user");
      }
    }
  }

  private static CassandraSinkSettings settings() {
    return CassandraSinkSettings.of("access");
  }

  private static boolean opens(CassandraEndpoint endpoint) {
    try (CqlSession session = new Connector(endpoint, "ONE").open()) {
      return !session.isClosed();
    } catch (RuntimeException e) {
      return false; // not made yet
    }
  }

  private static void refused(
      CassandraEndpoint endpoint, SinkException.Category category, String... texts) {
    try (CassandraSink sink = new CassandraSink(endpoint, settings())) {
      assertThatThrownBy(() -> done(sink.open(feed())))
          .isInstanceOfSatisfying(
              SinkException.class, e -> assertThat(e.category()).isEqualTo(category))
          .hasMessageContainingAll(texts)
          .hasMessageNotContaining("secret");
    }
  }

  private static void writeCertificates(Path ca, Path keystore) throws Exception {
    X509Bundle issuer =
        new CertificateBuilder()
            .subject("CN=test CA")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle server =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(issuer);
    Files.writeString(ca, issuer.getRootCertificatePEM());
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server",
        server.getKeyPair().getPrivate(),
        "secret".toCharArray(),
        new Certificate[] {server.getCertificate(), issuer.getCertificate()});
    try (var out = Files.newOutputStream(keystore)) {
      store.store(out, "secret".toCharArray());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
