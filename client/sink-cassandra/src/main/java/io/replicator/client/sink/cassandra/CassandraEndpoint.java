package io.replicator.client.sink.cassandra;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a Cassandra cluster is and how one logs in.
 *
 * @param nodes "host:port" of some of its nodes; the others are learnt from them
 * @param datacenter the near one, "" = that of the first node that answers
 * @param user "" = no login
 * @param password never shown
 * @param tls null = plain TCP
 */
public record CassandraEndpoint(
    List<HostPort> nodes,
    String datacenter,
    String user,
    String password,
    @Nullable CassandraTls tls) {
  public static final int DEFAULT_PORT = 9042;

  /** One node. */
  public record HostPort(String host, int port) {
    InetSocketAddress address() {
      return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
      return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
  }

  public CassandraEndpoint {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("no address of a Cassandra: expected host:port,host:port");
    }
  }

  /** Plain TCP and no login: "host:port,host:port"; without a port it is 9042. */
  public static CassandraEndpoint parse(String addresses) {
    List<HostPort> nodes = new ArrayList<>();
    for (String word : addresses.split(",", -1)) {
      nodes.add(node(word.strip()));
    }
    return new CassandraEndpoint(nodes, "", "", "", null);
  }

  public CassandraEndpoint withDatacenter(String name) {
    return new CassandraEndpoint(nodes, name, user, password, tls);
  }

  public CassandraEndpoint withLogin(String name, String secret) {
    return new CassandraEndpoint(nodes, datacenter, name, secret, tls);
  }

  public CassandraEndpoint withTls(CassandraTls updated) {
    return new CassandraEndpoint(nodes, datacenter, user, password, updated);
  }

  /** For logs and status, without secrets: "127.0.0.1:9042". */
  public String name() {
    return String.join(",", nodes.stream().map(HostPort::toString).toList());
  }

  @Override
  public String toString() {
    return name();
  }

  private static HostPort node(String word) {
    int bracket = word.lastIndexOf(']');
    int colon = word.indexOf(':', Math.max(0, bracket));
    String host = colon < 0 ? word : word.substring(0, colon);
    if (bracket > 0 && host.startsWith("[")) {
      host = host.substring(1, bracket);
    }
    if (host.isEmpty()) {
      host = "127.0.0.1";
    }
    try {
      int port = colon < 0 ? DEFAULT_PORT : Integer.parseInt(word.substring(colon + 1));
      if (!word.isEmpty() && port >= 1 && port <= 65535) {
        return new HostPort(host, port);
      }
    } catch (NumberFormatException e) {
      // The error below names it.
    }
    throw new IllegalArgumentException(
        "'" + word + "': expected host:port of a Cassandra node, like 10.0.0.5:9042");
  }
}
