package io.replicator.testing.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy on 127.0.0.1 that breaks on demand: stands between any client and any server. Faults
 * hold from the call on, for open and for new connections, until taken back; {@link #heal} takes
 * all of them back.
 */
public final class FaultProxy implements AutoCloseable {

  /** Which way bytes go. */
  public enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  private static final int SOCKET_BUFFER_BYTES = 128 * 1024;

  private final InetSocketAddress server;
  private final ServerSocket listening;
  private final ProxyFaults faults = new ProxyFaults();
  private final Set<ProxyConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile boolean closed;

  private FaultProxy(InetSocketAddress server) throws IOException {
    this.server = server;
    listening = new ServerSocket();
    listening.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    Thread.ofVirtual().name("fault-proxy-" + listening.getLocalPort()).start(this::accept);
  }

  /** A proxy in front of this server, on a free port. */
  public static FaultProxy to(String host, int port) {
    try {
      return new FaultProxy(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same for "host:port". */
  public static FaultProxy to(String address) {
    int colon = address.lastIndexOf(':');
    return to(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** "127.0.0.1:port". */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** Resets every open connection on both sides; new ones are taken. */
  public void cut() {
    open.forEach(ProxyConnection::reset);
  }

  /** New connections are reset as soon as they are there. */
  public void refuse(boolean refuse) {
    faults.change(() -> faults.refuse = refuse);
  }

  /**
   * Half-open: from now on all bytes, and ends of connections, vanish both ways while the sockets
   * stay; new connections are taken and meet silence. Taking it back cuts the connections that lost
   * bytes.
   */
  public void blackhole(boolean on) {
    faults.change(() -> faults.blackhole = on);
    if (!on) {
      open.stream().filter(ProxyConnection::lostBytes).forEach(ProxyConnection::reset);
    }
  }

  /** In this direction bytes wait, in order, and fill the sender's buffers. */
  public void stall(Direction direction, boolean stall) {
    faults.change(() -> faults.of(direction).stalled = stall);
  }

  /** Bytes a second in this direction, for each connection by itself; 0 = no limit. */
  public void rate(Direction direction, long bytesPerSecond) {
    faults.change(() -> faults.of(direction).bytesPerSecond = bytesPerSecond);
  }

  /** Delay in each direction. */
  public void delay(Duration oneWay) {
    faults.change(() -> {
      faults.of(Direction.TO_SERVER).delayNanos = oneWay.toNanos();
      faults.of(Direction.TO_CLIENT).delayNanos = oneWay.toNanos();
    });
  }

  /** Takes all faults back. */
  public void heal() {
    refuse(false);
    for (Direction direction : Direction.values()) {
      stall(direction, false);
      rate(direction, 0);
    }
    delay(Duration.ZERO);
    blackhole(false);
  }

  /** Connections open now. */
  public int connections() {
    return open.size();
  }

  /** Connections that were ever asked for, refused ones included. */
  public int accepted() {
    return accepted.get();
  }

  /** Bytes passed on in this direction, over all connections. */
  public long bytes(Direction direction) {
    return faults.of(direction).passedBytes.sum();
  }

  @Override
  public void close() {
    closed = true;
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      cut();
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = listening.accept();
        accepted.incrementAndGet();
        if (faults.refuse) {
          ProxyConnection.reset(client);
        } else {
          Thread.ofVirtual().start(() -> connect(client));
        }
      } catch (IOException e) {
        if (!closed) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void connect(Socket client) {
    Socket toServer = new Socket();
    try {
      toServer.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
      toServer.setSendBufferSize(SOCKET_BUFFER_BYTES);
      client.setSendBufferSize(SOCKET_BUFFER_BYTES);
      client.setTcpNoDelay(true);
      toServer.setTcpNoDelay(true);
      toServer.connect(server);
    } catch (IOException e) {
      // The server is not there: so is the proxy's connection.
      ProxyConnection.reset(client);
      ProxyConnection.reset(toServer);
      return;
    }
    ProxyConnection connection = new ProxyConnection(client, toServer, faults, open::remove);
    open.add(connection);
    connection.start();
    if (closed) {
      connection.reset();
    }
  }
}
