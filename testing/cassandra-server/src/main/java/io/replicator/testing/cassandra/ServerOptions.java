package io.replicator.testing.cassandra;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link CassandraServer} is set up.
 *
 * @param passwords whether clients must log in: the superuser is cassandra with password cassandra
 * @param keystore PKCS#12 with the server's key, password "secret"; null = no TLS
 * @param heapMegabytes most memory of its heap
 * @param compilerLevel of the JVM: 1 starts fast, 4 runs fast
 */
public record ServerOptions(
    boolean passwords, @Nullable Path keystore, int heapMegabytes, int compilerLevel) {

  public static final ServerOptions DEFAULTS = new ServerOptions(false, null, 512, 1);

  public ServerOptions withPasswords() {
    return new ServerOptions(true, keystore, heapMegabytes, compilerLevel);
  }

  public ServerOptions withTls(Path file) {
    return new ServerOptions(passwords, file, heapMegabytes, compilerLevel);
  }

  /** For measurements: more memory, and code that is compiled well. */
  public ServerOptions withSpeed() {
    return new ServerOptions(passwords, keystore, 2048, 4);
  }

  String yaml(Path folder, int port, int storagePort) {
    return """
    cluster_name: replicator tests
    num_tokens: 1
    partitioner: org.apache.cassandra.dht.Murmur3Partitioner
    listen_address: 127.0.0.1
    rpc_address: 127.0.0.1
    native_transport_port: %d
    storage_port: %d
    endpoint_snitch: SimpleSnitch
    seed_provider:
      - class_name: org.apache.cassandra.locator.SimpleSeedProvider
        parameters:
          - seeds: "127.0.0.1:%d"
    commitlog_sync: periodic
    commitlog_sync_period: 1000ms
    commitlog_segment_size: 8MiB
    commitlog_total_space: 64MiB
    commitlog_disk_access_mode: legacy
    memtable_heap_space: 64MiB
    memtable_offheap_space: 64MiB
    storage_compatibility_mode: NONE
    hinted_handoff_enabled: false
    auto_snapshot: false
    key_cache_size: 4MiB
    concurrent_writes: 16
    concurrent_reads: 16
    authenticator: %s
    authorizer: %s
    """
            .formatted(
                port,
                storagePort,
                storagePort,
                passwords ? "PasswordAuthenticator" : "AllowAllAuthenticator",
                passwords ? "CassandraAuthorizer" : "AllowAllAuthorizer")
        + (keystore == null
            ? ""
            : """
            client_encryption_options:
              enabled: true
              optional: false
              keystore: %s
              keystore_password: secret
              store_type: PKCS12
            """
                .formatted(keystore));
  }
}
