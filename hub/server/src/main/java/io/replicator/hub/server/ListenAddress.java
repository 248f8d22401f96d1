package io.replicator.hub.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where to listen.
 *
 * @param host an IP address or name of this machine without brackets, "" = all addresses
 * @param port 0 = a free one
 */
public record ListenAddress(String host, int port) {
  public ListenAddress {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + ": 0 to 65535 expected");
    }
  }

  /** From "ip:port", "[ipv6]:port" or ":port" (all addresses). */
  public static ListenAddress parse(String text) {
    String trimmed = text.strip();
    int colon = trimmed.lastIndexOf(':');
    String host = colon < 0 ? "" : trimmed.substring(0, colon);
    String port = trimmed.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (colon < 0 || !port.matches("\\d{1,5}") || (host.contains(":") && !bracketed)) {
      throw new IllegalArgumentException(
          "address '" + text + "': ip:port, [ipv6]:port or :port expected");
    }
    return new ListenAddress(
        bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }

  /**
   * The address to bind.
   *
   * @param open whether it may be reached from other machines; if not, "all addresses" means
   *     loopback and any other address is refused
   * @param remedy what to do to open it, for the error
   */
  InetSocketAddress resolve(boolean open, String remedy) {
    InetSocketAddress address =
        new InetSocketAddress(
            host.isEmpty() && !open ? InetAddress.getLoopbackAddress() : lookUp(), port);
    if (!open && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "address " + this + " can be reached from other machines: " + remedy);
    }
    return address;
  }

  private InetAddress lookUp() {
    try {
      return host.isEmpty() ? new InetSocketAddress(0).getAddress() : InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "address " + this + ": no such host; an address of this machine expected", e);
    }
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
