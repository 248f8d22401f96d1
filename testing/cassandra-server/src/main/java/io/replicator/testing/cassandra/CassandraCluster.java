package io.replicator.testing.cassandra;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Cassandra of several nodes on this machine's loopback network, each a process of its own with
 * its part of the ring. Nodes join one after the other.
 */
public final class CassandraCluster implements AutoCloseable {
  private final List<CassandraServer> nodes = new ArrayList<>();

  private CassandraCluster() {}

  /** All nodes in one data centre. */
  public static CassandraCluster started(ServerOptions options, int size) {
    return started(options, NodePlace.ring(size));
  }

  /** Each node in a data centre of its own: "0", "1" … */
  public static CassandraCluster startedInCentres(ServerOptions options, int size) {
    return started(options, NodePlace.centres(size));
  }

  private static CassandraCluster started(ServerOptions options, List<NodePlace> places) {
    CassandraCluster cluster = new CassandraCluster();
    try {
      for (NodePlace place : places) {
        cluster.nodes.add(CassandraServer.startedAt(options, place));
      }
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  public CassandraServer node(int index) {
    return nodes.get(index);
  }

  /** "127.0.0.1:9042,127.0.0.2:9042". */
  public String addresses() {
    return nodes.stream().map(CassandraServer::address).collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    nodes.reversed().forEach(CassandraServer::close);
  }
}
