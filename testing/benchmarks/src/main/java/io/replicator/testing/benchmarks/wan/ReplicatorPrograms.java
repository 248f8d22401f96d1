package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Hub and client as an operator starts them, each on its side of a lab.
 *
 * @param databases as {@code --databases} takes them, all plain
 * @param hubConfig the hub's YAML, "" = none
 */
record ReplicatorPrograms(
    Path launcher,
    Lab lab,
    Path folder,
    Contender contender,
    String databases,
    String hubConfig,
    List<String> clientOptions) {
  static final int HUB_PORT = 3333;
  static final int HUB_HTTP = 3380;
  static final int CLIENT_HTTP = 3381;
  private static final Duration READY_LIMIT = Duration.ofMinutes(2);
  private static final String GET =
      "exec 3<>/dev/tcp/127.0.0.1/$0; "
          + "printf 'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' $1 >&3; cat <&3";

  /** Starts the hub and waits until it has scanned its source. */
  Child startHub() {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("hub", "--databases=" + databases, "--plaindb=" + databases));
    options.addAll(List.of("--redis=127.0.0.1:" + Server.PORT, "--insecure"));
    options.add("--hub=" + hubAddress());
    options.add("--http=127.0.0.1:" + HUB_HTTP);
    if (!hubConfig.isEmpty()) {
      options.add("--config=" + configFile());
    }
    options.addAll(contender.hubOptions());
    Child hub = start(Side.SOURCE, options);
    try {
      Waiting.require(READY_LIMIT, "the hub is ready", () -> isReady(hub));
    } catch (RuntimeException e) {
      hub.close();
      throw e;
    }
    return hub;
  }

  Child startClient() {
    List<String> options = new ArrayList<>(List.of("client"));
    if (clientOptions.stream().noneMatch(option -> option.startsWith("--collection="))) {
      options.add("--databases=" + databases);
    }
    options.addAll(List.of("--redis=127.0.0.1:" + Server.PORT, "--insecure"));
    options.add("--hub=" + hubAddress());
    options.add("--http=127.0.0.1:" + CLIENT_HTTP);
    options.addAll(contender.clientOptions());
    options.addAll(clientOptions);
    return start(Side.TARGET, options);
  }

  /** A page of an HTTP endpoint that only its side can reach, "" = nobody answers. */
  String page(Side side, int port, String path) {
    Path log = folder.resolve("page-" + side.letter() + "-" + port);
    List<String> command = List.of("bash", "-c", GET, Integer.toString(port), path);
    Process process = lab.start(side, log, Map.of(), command);
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return process.exitValue() == 0 ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean isReady(Child hub) {
    hub.requireAlive();
    return page(Side.SOURCE, HUB_HTTP, "/readyz").contains(" 200 ");
  }

  private String hubAddress() {
    return Side.SOURCE.address() + ":" + HUB_PORT;
  }

  private Path configFile() {
    Path file = folder.resolve("hub.yaml");
    try {
      return Files.writeString(file, hubConfig);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Child start(Side side, List<String> options) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(options);
    String name = options.getFirst();
    Path log = folder.resolve(name + ".log");
    return new Child(name, log, lab.start(side, log, Map.of(), command));
  }
}
