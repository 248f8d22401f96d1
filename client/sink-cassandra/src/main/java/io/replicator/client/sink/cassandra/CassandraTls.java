package io.replicator.client.sink.cassandra;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a Cassandra is reached over TLS. Files are PEM.
 *
 * @param authority certificates to trust, null = those of the Java runtime
 * @param certificate the client's own, null = none
 * @param key private key of {@code certificate}, PKCS#8 and not encrypted
 */
public record CassandraTls(
    @Nullable Path authority, @Nullable Path certificate, @Nullable Path key) {
  public CassandraTls {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException(
          "TLS to Cassandra: certificate "
              + certificate
              + " and key "
              + key
              + ": expected both files or neither");
    }
    requireReadable("CA", authority);
    requireReadable("certificate", certificate);
    requireReadable("key", key);
  }

  private static void requireReadable(String what, @Nullable Path file) {
    if (file != null && !Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "TLS to Cassandra: "
              + what
              + " file "
              + file
              + " cannot be read: give a readable PEM file");
    }
  }
}
