package io.replicator.client.replica;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a hub listens.
 *
 * @param way how frames get there
 * @param host name or address; an IPv6 address without its brackets
 */
public record HubAddress(Way way, String host, int port) {
  public static final int DEFAULT_PORT = 3333;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /** How frames get to a hub. */
  public enum Way {
    /** TCP, with TLS if there are certificates. */
    TCP,
    /** WebSockets of the hub's HTTP address. */
    HTTP,
    /** The same with TLS, whatever the settings are. */
    HTTPS
  }

  /** Over TCP. */
  public HubAddress(String host, int port) {
    this(Way.TCP, host, port);
  }

  public HubAddress {
    if (host.isBlank() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "hub address '" + host + ":" + port + "': expected a host and a port from 1 to 65535");
    }
  }

  /**
   * One of "host", "host:port", "[ipv6]:port", ":port" (this machine); behind "http://" or
   * "https://" the hub's HTTP address, through proxies if need be.
   */
  public static HubAddress parse(String text) {
    String whole = text.strip();
    Way way =
        whole.startsWith("http://") ? Way.HTTP : whole.startsWith("https://") ? Way.HTTPS : Way.TCP;
    String stripped =
        way == Way.TCP ? whole : whole.substring(whole.indexOf("//") + 2).replaceFirst("/$", "");
    int standardPort =
        switch (way) {
          case TCP -> DEFAULT_PORT;
          case HTTP -> HTTP_PORT;
          case HTTPS -> HTTPS_PORT;
        };
    int bracket = stripped.lastIndexOf(']');
    int colon = stripped.lastIndexOf(':');
    boolean hasPort = colon > bracket && (bracket >= 0 || stripped.indexOf(':') == colon);
    String host = hasPort ? stripped.substring(0, colon) : stripped;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty() && hasPort) {
      host = "127.0.0.1";
    }
    if (stripped.isEmpty()) {
      throw new IllegalArgumentException("empty hub address: expected host:port");
    }
    if (host.contains("/")) {
      throw new IllegalArgumentException(
          "hub address '" + text + "': expected host:port, or http://host:port without a path");
    }
    return new HubAddress(
        way, host, hasPort ? port(text, stripped.substring(colon + 1)) : standardPort);
  }

  /** Addresses separated by commas, tried in turn. */
  public static List<HubAddress> parseList(String text) {
    List<HubAddress> addresses = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      addresses.add(parse(one));
    }
    return List.copyOf(addresses);
  }

  /** Whether it is this machine, so that nobody else can listen on the way. */
  public boolean isLoopback() {
    return host.equalsIgnoreCase("localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("::1")
        || host.equals("0:0:0:0:0:0:0:1");
  }

  private static int port(String text, String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "hub address '" + text + "': '" + digits + "' is no port, expected 1 to 65535", e);
    }
  }

  @Override
  public String toString() {
    String scheme =
        switch (way) {
          case TCP -> "";
          case HTTP -> "http://";
          case HTTPS -> "https://";
        };
    return scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
