package io.replicator.command.cli;

import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import java.nio.file.Path;

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
    return Running.untilSignal(() -> start(settings));
  }

  private AutoCloseable start(HubSettings settings) {
    Path file = given.file();
    HubServer hub = HubServer.start(settings);
    if (file == null) {
      return hub;
    }
    ConfigWatch watch = new ConfigWatch(given, file, new CapChange(given, hub::capWith)).start();
    return () -> {
      watch.close();
      hub.close();
    };
  }
}
