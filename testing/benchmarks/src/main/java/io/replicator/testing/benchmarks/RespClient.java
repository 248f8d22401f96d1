package io.replicator.testing.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The plainest connection to a Redis on this machine: commands are added, flushed and their replies
 * read one by one. It takes as little processor time as can be, which is why the measuring process
 * uses no library. Confined to one thread.
 */
final class RespClient implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final byte[] LINE_END = {'\r', '\n'};

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  RespClient(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
      out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void add(byte[]... command) {
    try {
      line('*', command.length);
      for (byte[] argument : command) {
        line('$', argument.length);
        out.write(argument);
        out.write(LINE_END);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next reply as text, "" for nil. An error reply is a failure; arrays are not expected. */
  String reply() {
    try {
      String line = line();
      String rest = line.substring(1);
      return switch (line.charAt(0)) {
        case '+', ':' -> rest;
        case '$' -> bulk(Integer.parseInt(rest));
        case '-' -> throw new IllegalStateException("Redis answered: " + rest);
        default -> throw new IllegalStateException("a simple reply expected, not " + line);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one command and waits for its reply. */
  String call(String... command) {
    byte[][] bytes = new byte[command.length][];
    for (int i = 0; i < command.length; i++) {
      bytes[i] = command[i].getBytes(StandardCharsets.US_ASCII);
    }
    add(bytes);
    flush();
    return reply();
  }

  /** A number of INFO. */
  double info(String section, String name) {
    for (String line : call("INFO", section).split("\r\n", -1)) {
      if (line.startsWith(name + ":")) {
        return Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    throw new IllegalStateException("INFO " + section + " has no " + name);
  }

  /** User and system time of the server, children that saved or sent included. */
  double cpuSeconds() {
    return info("cpu", "used_cpu_user")
        + info("cpu", "used_cpu_sys")
        + info("cpu", "used_cpu_user_children")
        + info("cpu", "used_cpu_sys_children");
  }

  private void line(char kind, int number) throws IOException {
    out.write(kind);
    out.write(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    out.write(LINE_END);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int b;
    while ((b = in.read()) != '\r') {
      if (b < 0) {
        throw new EOFException("Redis closed the connection");
      }
      line.append((char) b);
    }
    in.skipNBytes(1);
    return line.toString();
  }

  private String bulk(int length) throws IOException {
    if (length < 0) {
      return "";
    }
    String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    in.skipNBytes(2);
    return text;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
