package io.replicator.testing.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The plainest connection to a Redis on this machine: commands are added, flushed and their replies
 * read one by one. It takes as little processor time as can be, which is why the measuring process
 * uses no library. Confined to one thread.
 */
public final class RespClient implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final byte[] LINE_END = {'\r', '\n'};

  /** Before the text of an error, in {@link #replyOrError}. */
  public static final String ERROR = "-error ";

  private final SocketChannel socket;
  private final InputStream in;
  private final OutputStream out;

  /** To a port of this machine. */
  public RespClient(int port) {
    this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** To a Unix socket, which is there whatever network namespace the server is in. */
  public RespClient(Path unixSocket) {
    this(UnixDomainSocketAddress.of(unixSocket));
  }

  private RespClient(SocketAddress address) {
    try {
      socket = SocketChannel.open(address);
      if (address instanceof InetSocketAddress) {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      in = new BufferedInputStream(Channels.newInputStream(socket), BUFFER_BYTES);
      out = new BufferedOutputStream(Channels.newOutputStream(socket), BUFFER_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void add(byte[]... command) {
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

  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next reply as text, "" for nil. An error reply is a failure. */
  public String reply() {
    String reply = replyOrError();
    if (reply.startsWith(ERROR)) {
      throw new IllegalStateException("Redis answered: " + reply.substring(ERROR.length()));
    }
    return reply;
  }

  /**
   * The next reply as text, an error behind {@link #ERROR}, an array's elements joined by commas.
   */
  public String replyOrError() {
    try {
      String line = line();
      String rest = line.substring(1);
      return switch (line.charAt(0)) {
        case '+', ':' -> rest;
        case '$' -> bulk(Integer.parseInt(rest));
        case '-' -> ERROR + rest;
        case '*' -> array(Integer.parseInt(rest));
        default -> throw new IllegalStateException("a reply expected, not " + line);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String array(int length) {
    List<String> elements = new ArrayList<>(Math.max(0, length));
    for (int i = 0; i < length; i++) {
      elements.add(replyOrError());
    }
    return String.join(",", elements);
  }

  /** Sends one command and waits for its reply. */
  public String call(String... command) {
    byte[][] bytes = new byte[command.length][];
    for (int i = 0; i < command.length; i++) {
      bytes[i] = command[i].getBytes(StandardCharsets.US_ASCII);
    }
    add(bytes);
    flush();
    return reply();
  }

  /** A number of INFO. */
  public double info(String section, String name) {
    for (String line : call("INFO", section).split("\r\n", -1)) {
      if (line.startsWith(name + ":")) {
        return Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    throw new IllegalStateException("INFO " + section + " has no " + name);
  }

  /** User and system time of the server, children that saved or sent included. */
  public double cpuSeconds() {
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
