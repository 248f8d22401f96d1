package io.replicator.testing.cassandra;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Cassandra of several nodes on 127.0.0.1, 127.0.0.2 …, each a process of its own with its part
 * of the ring. Nodes join one after the other.
 */
public final class CassandraCluster implements AutoCloseable {
  private final List<CassandraServer> nodes = new ArrayList<>();

  private CassandraCluster() {}

  public static CassandraCluster started(ServerOptions options, int size) {
    CassandraCluster cluster = new CassandraCluster();
    try {
      for (NodePlace place : NodePlace.ring(size)) {
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
