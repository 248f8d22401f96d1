package io.replicator.testing.system;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import java.util.ArrayList;
import java.util.List;

/** A real Redis with a password that speaks TLS, replication included. */
final class SecuredRedis implements AutoCloseable {
  private final RedisServer server;
  private final int tlsPort;
  private final String password;
  private final String tlsLines;

  private SecuredRedis(RedisServer server, int tlsPort, String password, String tlsLines) {
    this.server = server;
    this.tlsPort = tlsPort;
    this.password = password;
    this.tlsLines = tlsLines;
  }

  /**
   * Starts a server. Its plain port stays open for whoever judges it.
   *
   * @param masterTlsPort 0 = it is a master
   */
  static SecuredRedis started(Certificates authority, String password, int masterTlsPort) {
    int tlsPort = FreePort.next();
    String[] pem = authority.hub("redis-" + tlsPort).split(",", -1);
    List<String> lines =
        List.of(
            "tls-ca-cert-file " + authority.authority(),
            "tls-cert-file " + pem[0],
            "tls-key-file " + pem[1],
            "tls-auth-clients no");
    List<String> options = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", 2);
      options.addAll(List.of("--" + words[0], words[1]));
    }
    options.addAll(List.of("--tls-port", Integer.toString(tlsPort), "--tls-replication", "yes"));
    options.addAll(List.of("--requirepass", password, "--masterauth", password));
    if (masterTlsPort > 0) {
      options.addAll(List.of("--replicaof", "127.0.0.1", Integer.toString(masterTlsPort)));
    }
    return new SecuredRedis(
        RedisServer.started(options.toArray(String[]::new)),
        tlsPort,
        password,
        String.join("\n", lines));
  }

  int tlsPort() {
    return tlsPort;
  }

  String password() {
    return password;
  }

  /** The lines of a configuration file that let another server speak TLS as this one does. */
  String tlsLines() {
    return tlsLines;
  }

  /** For a judge: user, password and plain address. */
  String address() {
    return ":" + password + "@" + server.address();
  }

  /** A hand on its plain port. */
  Redis hand() {
    return new Redis(server.port(), password);
  }

  /** kill -9. */
  void kill() {
    server.kill();
  }

  @Override
  public void close() {
    server.close();
  }
}
