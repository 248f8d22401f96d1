package io.replicator.command.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this process calls itself: {@code --name}, else the host's name. */
final class ProcessName {
  private ProcessName() {}

  static String of(Given given) {
    String name = given.text(RunningSettings.NAME);
    return name.isEmpty() ? host() : name;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      // A machine that does not know itself still has to be called something.
      return "replicator";
    }
  }
}
