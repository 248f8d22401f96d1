package io.replicator.testing.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bad way for UDP between clients and a server: loses by a seed, repeats old packets, can be
 * blocked, and can go on from another port as a NAT does. Each client has a socket of its own
 * towards the server.
 */
public final class UdpRelay implements AutoCloseable {
  private static final int MAX_PACKET_BYTES = 2048;

  /** A packet is repeated when so many others have gone by. */
  private static final int REPEAT_AFTER = 8;

  private static final int FIRST_KEPT = 64;

  private final InetSocketAddress server;
  private final DatagramSocket front;
  private final Map<SocketAddress, DatagramSocket> towardsServer = new ConcurrentHashMap<>();
  private final SplittableRandom random;
  private volatile int lossPerMille;
  private volatile boolean blocked;
  private volatile boolean repeating;
  private volatile boolean closed;

  // Guarded by this.
  private long passed;
  private long lost;
  private long repeated;
  private byte[] kept = {};
  private final List<byte[]> fromClients = new ArrayList<>();

  /**
   * @param listen where clients send to; port 0 = a free one
   */
  public UdpRelay(long seed, InetSocketAddress listen, InetSocketAddress server) {
    this.server = server;
    this.random = new SplittableRandom(seed);
    try {
      front = new DatagramSocket(listen);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("udp-relay").start(this::fromClients);
  }

  public void lose(int perMille) {
    lossPerMille = perMille;
  }

  public void block() {
    blocked = true;
  }

  public void unblock() {
    blocked = false;
  }

  /** Sends packets to clients again, some time after they went by. */
  public void repeat(boolean on) {
    repeating = on;
  }

  /** Where clients send to. */
  public int port() {
    return front.getLocalPort();
  }

  /** What clients sent first, oldest first; so many packets are kept. */
  public synchronized List<byte[]> firstFromClients() {
    return List.copyOf(fromClients);
  }

  /** Sends these to the server, from the address at which it sees each client. */
  public void sendAgain(List<byte[]> packets) {
    for (DatagramSocket socket : towardsServer.values()) {
      for (byte[] packet : packets) {
        try {
          socket.send(new DatagramPacket(packet, packet.length, server));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private synchronized void keep(DatagramPacket packet) {
    if (fromClients.size() < FIRST_KEPT) {
      fromClients.add(Arrays.copyOf(packet.getData(), packet.getLength()));
    }
  }

  /** From now on the server sees every client at another port. */
  public void rebind() {
    towardsServer.values().forEach(DatagramSocket::close);
    towardsServer.clear();
  }

  public synchronized long passed() {
    return passed;
  }

  public synchronized long lost() {
    return lost;
  }

  public synchronized long repeated() {
    return repeated;
  }

  private synchronized boolean passes() {
    if (blocked || random.nextInt(1000) < lossPerMille) {
      lost++;
      return false;
    }
    passed++;
    return true;
  }

  private void fromClients() {
    byte[] buffer = new byte[MAX_PACKET_BYTES];
    while (!closed) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        front.receive(packet);
        if (passes()) {
          keep(packet);
          SocketAddress client = packet.getSocketAddress();
          DatagramSocket socket = towardsServer.computeIfAbsent(client, this::open);
          socket.send(new DatagramPacket(packet.getData(), packet.getLength(), server));
        }
      } catch (IOException e) {
        // closed while it was used: by close(), or by rebind(), then the packet is lost
      }
    }
  }

  private DatagramSocket open(SocketAddress client) {
    try {
      DatagramSocket socket = new DatagramSocket(0, front.getLocalAddress());
      Thread.ofPlatform().daemon().name("udp-relay-back").start(() -> back(socket, client));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void back(DatagramSocket socket, SocketAddress client) {
    byte[] buffer = new byte[MAX_PACKET_BYTES];
    while (!socket.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
        if (passes()) {
          byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
          front.send(new DatagramPacket(bytes, bytes.length, client));
          repeatSometimes(bytes, client);
        }
      } catch (IOException e) {
        // closed while it was used
      }
    }
  }

  private synchronized void repeatSometimes(byte[] bytes, SocketAddress client) throws IOException {
    if (!repeating || passed % REPEAT_AFTER != 0) {
      return;
    }
    if (kept.length > 0) {
      front.send(new DatagramPacket(kept, kept.length, client));
      repeated++;
    }
    kept = bytes;
  }

  @Override
  public void close() {
    closed = true;
    front.close();
    rebind();
  }
}
