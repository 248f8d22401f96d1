package io.replicator.command.cli;

/**
 * A host and port as typed: {@code host:port}, {@code [::1]:port} or {@code :port}.
 *
 * @param host "" = not given
 */
record HostAddress(String host, int port) {

  static HostAddress parse(Given given, Setting setting, String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon).strip();
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (colon < 0 || host.contains(":") || host.contains("/") || host.contains(" ")) {
      throw wrong(given, setting, text);
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1).strip());
    } catch (NumberFormatException e) {
      throw wrong(given, setting, text);
    }
    if (port < 0 || port > 65_535) {
      throw given.wrong(setting, text, "a port from 0 to 65535");
    }
    return new HostAddress(host, port);
  }

  private static UsageError wrong(Given given, Setting setting, String text) {
    return given.wrong(setting, text, "host:port, like hub.example.org:3333 or :3333");
  }

  /** The same with a host where none was given. */
  HostAddress withDefaultHost(String standard) {
    return host.isEmpty() ? new HostAddress(standard, port) : this;
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
