package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.List;

/**
 * Who copies, and how.
 *
 * @param name as tables show it
 * @param kind by what means
 * @param zstdLevel of a tunnel
 * @param congestionControl of the namespaces; Replicator's hub asks for bbr itself
 * @param redisOptions further directives of the source
 * @param hubOptions further options of the hub
 * @param clientOptions further options of the client
 */
record Contender(
    String name,
    Kind kind,
    int zstdLevel,
    String congestionControl,
    List<String> redisOptions,
    List<String> hubOptions,
    List<String> clientOptions) {

  enum Kind {
    NATIVE,
    TUNNEL,
    REPLICATOR
  }

  static Contender nativeRedis() {
    return new Contender(
        "native REPLICAOF", Kind.NATIVE, 0, "bbr", List.of(), List.of(), List.of());
  }

  static Contender tunnel(int level) {
    return new Contender(
        "zstd -" + level + " tunnel", Kind.TUNNEL, level, "bbr", List.of(), List.of(), List.of());
  }

  static Contender replicator() {
    return new Contender("Replicator", Kind.REPLICATOR, 0, "bbr", List.of(), List.of(), List.of());
  }

  /** The same with another congestion control. */
  Contender withCongestionControl(String other) {
    return new Contender(
        name + ", " + other, kind, zstdLevel, other, redisOptions, hubOptions, clientOptions);
  }

  /** The same with further directives of the source. */
  Contender withRedis(String what, String... options) {
    return new Contender(
        name + ", " + what,
        kind,
        zstdLevel,
        congestionControl,
        List.of(options),
        hubOptions,
        clientOptions);
  }

  /** The same with further options of hub and client. */
  Contender with(String newName, List<String> moreHubOptions, List<String> moreClientOptions) {
    List<String> hub = new ArrayList<>(hubOptions);
    hub.addAll(moreHubOptions);
    List<String> client = new ArrayList<>(clientOptions);
    client.addAll(moreClientOptions);
    return new Contender(newName, kind, zstdLevel, congestionControl, redisOptions, hub, client);
  }

  boolean isReplicator() {
    return kind == Kind.REPLICATOR;
  }
}
