package io.replicator.command.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** {@code replicator status}: asks the HTTP addresses of a hub and a client. */
final class StatusCommand {
  static final String HUB_HTTP = "127.0.0.1:3380";
  static final String CLIENT_HTTP = "127.0.0.1:3381";

  private final Given given;
  private final PrintStream out;
  private final PrintStream err;

  StatusCommand(Given given, PrintStream out, PrintStream err) {
    this.given = given;
    this.out = out;
    this.err = err;
  }

  int run() {
    boolean named = given.isSet(RunningSettings.HTTP);
    List<String> words = named ? given.list(RunningSettings.HTTP) : List.of(HUB_HTTP, CLIENT_HTTP);
    List<HostAddress> addresses = new ArrayList<>();
    for (String word : words) {
      addresses.add(
          HostAddress.parse(given, RunningSettings.HTTP, word).withDefaultHost("127.0.0.1"));
    }
    int answered = 0;
    boolean ready = true;
    try (StatusClient client = new StatusClient()) {
      for (HostAddress address : addresses) {
        try {
          show(address, client.get(address, "/status"));
          ready &= client.isReady(address);
          answered++;
        } catch (IOException e) {
          String text = address + " does not answer: " + StatusClient.reason(e);
          if (named) {
            throw new UsageError(
                text + ". Expected a running hub or client with --http " + address, e);
          }
          err.println(text);
        }
      }
    }
    if (answered == 0) {
      throw new UsageError(
          "neither a hub ("
              + HUB_HTTP
              + ") nor a client ("
              + CLIENT_HTTP
              + ") answers here: start"
              + " one, or name its address with --http host:port");
    }
    return ready ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private void show(HostAddress address, String json) {
    if (given.flag(RunningSettings.JSON)) {
      out.println(json.strip());
    } else {
      new StatusTable(out).print(address.toString(), StatusClient.parse(json));
    }
  }
}
