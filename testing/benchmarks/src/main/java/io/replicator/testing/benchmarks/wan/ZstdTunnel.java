package io.replicator.testing.benchmarks.wan;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * A TCP tunnel that compresses: one zstd stream a direction, flushed when nothing more came for 1
 * ms. A stand-in for what Redis 8.10, Valkey 9.2 and XPipe do with their replication streams.
 *
 * <pre>
 *   replica ⇄ plain ⇄ [near end] ⇄ zstd ⇄ [far end] ⇄ plain ⇄ master
 * </pre>
 */
public final class ZstdTunnel implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int IDLE_MILLIS = 1;
  private static final int CONNECT_MILLIS = 10_000;

  /** Which of a tunnel's two ends: which of its two connections is compressed. */
  enum End {
    /** Connections come in plain and go on compressed. */
    NEAR,
    /** Connections come in compressed and go on plain. */
    FAR
  }

  private final ServerSocket listener;
  private final InetSocketAddress onward;
  private final End end;
  private final int level;

  ZstdTunnel(InetSocketAddress listen, InetSocketAddress onward, End end, int level)
      throws IOException {
    this.listener = new ServerSocket();
    this.onward = onward;
    this.end = end;
    this.level = level;
    listener.setReuseAddress(true);
    listener.bind(listen);
  }

  /** near|far LISTEN-HOST LISTEN-PORT ONWARD-HOST ONWARD-PORT LEVEL. */
  public static void main(String[] arguments) throws IOException {
    InetSocketAddress listen = address(arguments[1], arguments[2]);
    InetSocketAddress onward = address(arguments[3], arguments[4]);
    End end = arguments[0].equals("near") ? End.NEAR : End.FAR;
    try (ZstdTunnel tunnel = new ZstdTunnel(listen, onward, end, Integer.parseInt(arguments[5]))) {
      System.out.println("listening");
      tunnel.serve();
    }
  }

  private static InetSocketAddress address(String host, String port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(host), Integer.parseInt(port));
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Takes connections until it is closed. */
  void serve() {
    while (!listener.isClosed()) {
      try {
        Socket incoming = listener.accept();
        Thread.ofPlatform().daemon().start(() -> join(incoming));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          System.err.println("tunnel: " + e);
        }
      }
    }
  }

  private void join(Socket incoming) {
    try (incoming;
        Socket outgoing = new Socket()) {
      outgoing.connect(onward, CONNECT_MILLIS);
      incoming.setTcpNoDelay(true);
      outgoing.setTcpNoDelay(true);
      Socket plain = end == End.NEAR ? incoming : outgoing;
      Socket packed = end == End.NEAR ? outgoing : incoming;
      Thread packing = Thread.ofPlatform().daemon().start(() -> ended(plain, packed, true));
      ended(plain, packed, false);
      packing.join();
    } catch (IOException e) {
      System.err.println("tunnel: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs one direction; its end is the end of both. */
  private void ended(Socket plain, Socket packed, boolean pack) {
    try (plain;
        packed) {
      if (pack) {
        pack(plain, packed.getOutputStream());
      } else {
        unpack(packed.getInputStream(), plain.getOutputStream());
      }
    } catch (IOException e) {
      System.err.println("tunnel: " + (pack ? "pack: " : "unpack: ") + e);
    }
  }

  private void pack(Socket from, OutputStream to) throws IOException {
    try (ZstdOutputStream out = new ZstdOutputStream(to, level)) {
      out.setCloseFrameOnFlush(false);
      InputStream in = from.getInputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      boolean unflushed = false;
      while (true) {
        from.setSoTimeout(unflushed ? IDLE_MILLIS : 0);
        try {
          int length = in.read(buffer);
          if (length < 0) {
            return;
          }
          out.write(buffer, 0, length);
          unflushed = true;
        } catch (SocketTimeoutException e) {
          out.flush();
          unflushed = false;
        }
      }
    }
  }

  private static void unpack(InputStream from, OutputStream to) throws IOException {
    try (ZstdInputStream in = new ZstdInputStream(from)) {
      in.setContinuous(true);
      byte[] buffer = new byte[BUFFER_BYTES];
      int length;
      while ((length = in.read(buffer)) >= 0) {
        to.write(buffer, 0, length);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
