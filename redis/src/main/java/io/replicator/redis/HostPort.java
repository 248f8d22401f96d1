package io.replicator.redis;

/**
 * A host name or IP address with a port.
 *
 * @param host without the brackets of an IPv6 address
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (host.isBlank()) {
      throw new IllegalArgumentException("an address without a host: expected host:port");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " of " + host + ": expected 1..65535");
    }
  }

  /** Reads "host", "host:port", "[::1]:port"; the error names the text and what was expected. */
  static HostPort parse(String text, int defaultPort) {
    String trimmed = text.trim();
    int bracket = trimmed.lastIndexOf(']');
    int colon = trimmed.lastIndexOf(':');
    boolean bareIpv6 = bracket < 0 && colon != trimmed.indexOf(':');
    if (colon < 0 || colon < bracket || bareIpv6) {
      return new HostPort(withoutBrackets(trimmed, text), defaultPort);
    }
    String port = trimmed.substring(colon + 1);
    if (!port.matches("\\d{1,5}")) {
      throw new IllegalArgumentException(
          "address '" + text + "': port '" + port + "' is not a number, expected host:port");
    }
    return new HostPort(withoutBrackets(trimmed.substring(0, colon), text), Integer.parseInt(port));
  }

  private static String withoutBrackets(String host, String text) {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("address '" + text + "' has no host: expected host:port");
    }
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
