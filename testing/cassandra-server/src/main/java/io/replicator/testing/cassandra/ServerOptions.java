package io.replicator.testing.cassandra;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link CassandraServer} is set up.
 *
 * @param passwords whether clients must log in: the superuser is cassandra with password cassandra
 * @param keystore PKCS#12 with the server's key, password "secret"; null = no TLS
 * @param durable whether the commit log is synced before a write is acknowledged
 * @param heapMegabytes most memory of its heap
 * @param compilerLevel of the JVM: 1 starts fast, 4 runs fast
 */
public record ServerOptions(
    boolean passwords,
    @Nullable Path keystore,
    boolean durable,
    int heapMegabytes,
    int compilerLevel) {

  public static final ServerOptions DEFAULTS = new ServerOptions(false, null, false, 512, 1);

  public ServerOptions withPasswords() {
    return new ServerOptions(true, keystore, durable, heapMegabytes, compilerLevel);
  }

  public ServerOptions withTls(Path file) {
    return new ServerOptions(passwords, file, durable, heapMegabytes, compilerLevel);
  }

  /** What is acknowledged survives kill -9. */
  public ServerOptions withDurability() {
    return new ServerOptions(passwords, keystore, true, heapMegabytes, compilerLevel);
  }

  /** For measurements: more memory, and code that is compiled well. */
  public ServerOptions withSpeed() {
    return new ServerOptions(passwords, keystore, durable, 2048, 4);
  }

  String yaml(NodePlace place) {
    return """
    cluster_name: replicator tests
    num_tokens: 1
    partitioner: org.apache.cassandra.dht.Murmur3Partitioner
    initial_token: %s
    auto_bootstrap: false
    phi_convict_threshold: 5
    listen_address: %s
    rpc_address: %s
    native_transport_port: %d
    storage_port: %d
    endpoint_snitch: %s
    seed_provider:
      - class_name: org.apache.cassandra.locator.SimpleSeedProvider
        parameters:
          - seeds: "%s"
    %s
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
                place.token(),
                place.host(),
                place.host(),
                place.port(),
                place.storagePort(),
                place.snitch(),
                place.seed(),
                durable
                    ? "commitlog_sync: group\ncommitlog_sync_group_window: 2ms"
                    : "commitlog_sync: periodic\ncommitlog_sync_period: 1000ms",
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
