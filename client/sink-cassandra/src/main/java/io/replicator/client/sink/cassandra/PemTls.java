package io.replicator.client.sink.cassandra;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The context of TLS connections, from the PEM files of {@link CassandraTls}. */
final class PemTls {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);
  private static final List<String> KEY_KINDS = List.of("EC", "RSA", "Ed25519");

  private PemTls() {}

  static SSLContext context(CassandraTls tls) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls), trust(tls.authority()), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS to Cassandra: " + e.getMessage(), e);
    }
  }

  private static javax.net.ssl.TrustManager @Nullable [] trust(@Nullable Path authority)
      throws IOException, GeneralSecurityException {
    if (authority == null) {
      return null; // those of the Java runtime
    }
    KeyStore store = emptyStore();
    int number = 0;
    for (Certificate certificate : certificates(authority)) {
      store.setCertificateEntry("ca" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static javax.net.ssl.KeyManager @Nullable [] keys(CassandraTls tls)
      throws IOException, GeneralSecurityException {
    if (tls.certificate() == null || tls.key() == null) {
      return null;
    }
    KeyStore store = emptyStore();
    store.setKeyEntry(
        "client",
        key(tls.key()),
        new char[0],
        certificates(tls.certificate()).toArray(new Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new IllegalArgumentException(
            "TLS to Cassandra: no certificate in " + file + ": expected PEM");
      }
      return found;
    }
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
    if (pem.find()) {
      PKCS8EncodedKeySpec spec =
          new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
      for (String kind : KEY_KINDS) {
        try {
          return KeyFactory.getInstance(kind).generatePrivate(spec);
        } catch (java.security.spec.InvalidKeySpecException e) {
          // of another kind
        }
      }
    }
    throw new IllegalArgumentException(
        "TLS to Cassandra: no private key in "
            + file
            + ": expected PKCS#8, not encrypted (BEGIN PRIVATE KEY)");
  }
}
