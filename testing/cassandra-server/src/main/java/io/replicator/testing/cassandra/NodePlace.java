package io.replicator.testing.cassandra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Where a node listens and where it stands in the ring.
 *
 * @param host address of this machine's loopback network
 * @param port for clients
 * @param storagePort for other nodes
 * @param jmxPort asked for by the server, used by nobody
 * @param seed address and port by which it finds the others; its own = it is the first
 * @param token its place in the ring, "" = any
 * @param snitch how Cassandra tells the data centre of a node
 */
record NodePlace(
    String host, int port, int storagePort, int jmxPort, String seed, String token, String snitch) {
  private static final int PORTS = 3;

  /** All nodes are in data centre "datacenter1". */
  private static final String ONE_CENTRE = "SimpleSnitch";

  /** The second number of a node's address is the name of its data centre. */
  private static final String BY_ADDRESS = "RackInferringSnitch";

  /**
   * A node alone on 127.0.0.1.
   *
   * @param wantedPort 0 = a free one
   */
  static NodePlace alone(int wantedPort) {
    int[] free = freePorts("127.0.0.1");
    int port = wantedPort == 0 ? free[0] : wantedPort;
    return new NodePlace(
        "127.0.0.1", port, free[1], free[2], "127.0.0.1:" + free[1], "", ONE_CENTRE);
  }

  /** Nodes on 127.0.0.1, 127.0.0.2 …, with equal parts of the ring. */
  static List<NodePlace> ring(int nodes) {
    return places(nodes, i -> "127.0.0." + (i + 1), ONE_CENTRE);
  }

  /** Nodes on 127.0.0.1, 127.1.0.1 …, each in a data centre of its own: "0", "1" … */
  static List<NodePlace> centres(int nodes) {
    return places(nodes, i -> "127." + i + ".0.1", BY_ADDRESS);
  }

  private static List<NodePlace> places(int nodes, IntFunction<String> host, String snitch) {
    NodePlace first = alone(0);
    List<NodePlace> places = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      long token = Long.MIN_VALUE + i * (Long.MAX_VALUE / nodes * 2);
      places.add(
          new NodePlace(
              host.apply(i),
              first.port,
              first.storagePort,
              freePorts("127.0.0.1")[2],
              first.seed,
              Long.toString(token),
              snitch));
    }
    return places;
  }

  private static int[] freePorts(String host) {
    int[] ports = new int[PORTS];
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < PORTS; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host));
        held.add(socket);
        ports[i] = socket.getLocalPort();
      }
      for (ServerSocket socket : held) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(host + " is no address of this machine", e);
    }
    return ports;
  }
}
