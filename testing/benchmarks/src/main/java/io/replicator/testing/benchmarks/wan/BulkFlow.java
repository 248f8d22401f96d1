package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * One TCP connection that sends as much as it can, as a process on each side: {@code receive
 * ADDRESS PORT} prints how many bytes came until then, {@code send ADDRESS PORT} sends them.
 */
final class BulkFlow {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final long PRINT_NANOS = 100_000_000;

  private BulkFlow() {}

  public static void main(String[] arguments) throws IOException {
    InetAddress address = InetAddress.getByName(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    if (arguments[0].equals("receive")) {
      receive(address, port);
    } else {
      send(address, port);
    }
  }

  private static void send(InetAddress address, int port) throws IOException {
    try (Socket socket = new Socket(address, port);
        OutputStream out = socket.getOutputStream()) {
      byte[] buffer = new byte[BUFFER_BYTES];
      while (true) {
        out.write(buffer);
      }
    }
  }

  private static void receive(InetAddress address, int port) throws IOException {
    try (ServerSocket listening = new ServerSocket(port, 1, address)) {
      System.out.println("listening");
      try (Socket socket = listening.accept();
          InputStream in = socket.getInputStream()) {
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        long printed = System.nanoTime();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          bytes += read;
          if (System.nanoTime() - printed >= PRINT_NANOS) {
            printed = System.nanoTime();
            System.out.println("bytes " + bytes);
          }
        }
      }
    }
  }
}
