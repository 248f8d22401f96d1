package io.replicator.command.cli;

import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;

/** {@code replicator hub}: runs until the process is asked to end. */
final class HubCommand {
  private final Given given;
  private final Secrets secrets;

  HubCommand(Given given, Secrets secrets) {
    this.given = given;
    this.secrets = secrets;
  }

  int run() {
    HubSettings settings = new HubMapping(given, secrets).settings();
    return Running.untilSignal(() -> HubServer.start(settings));
  }
}
