package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.UdpRelay;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Live changes by datagrams between a hub and a client as processes, over a relay that loses,
 * blocks, repeats and moves. The client reaches the hub's TCP port at 127.0.0.2, and so looks for
 * the UDP port there, where the relay is.
 */
final class DatagramTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int DATABASE = 5;
  private static final long SEED = 20261125;

  @TempDir Path folder;

  private final RedisServer source = RedisServer.started();
  private final RedisServer target = RedisServer.started();
  private final int hubPort = FreePort.next();
  private final int udpPort = FreePort.next();
  private final UdpRelay relay =
      new UdpRelay(
          SEED,
          new InetSocketAddress("127.0.0.2", udpPort),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), udpPort));

  @AfterEach
  void stop() {
    relay.close();
    target.close();
    source.close();
  }

  @Test
  void lossBlocksRepeatsAndAnotherAddressAreSurvived() {
    try (RandomWorkload workload = new RandomWorkload(SEED, source.port(), DATABASE);
        Node hub = hub();
        Node client = client()) {
      workload.run(1000, false);
      hub.start();
      client.start().awaitReady();
      awaitUp(hub, client);

      relay.lose(50);
      workload.run(3000, true);
      awaitUnderLoad(
          "losses are noticed", workload, () -> hub.figure("datagram_repairs") > 0, hub, client);
      equal(hub, client);
      assertThat(hub.figure("datagrams_sent")).isPositive();
      assertThat(relay.lost()).isPositive();

      relay.lose(0);
      relay.block();
      workload.run(500, true);
      equal(hub, client);
      await("blocks took over", () -> hub.figure("datagram_fallbacks") > 0, hub, client);

      relay.unblock();
      awaitUp(hub, client);
      long before = hub.figure("datagrams_sent");
      awaitUnderLoad(
          "they flow again", workload, () -> hub.figure("datagrams_sent") > before, hub, client);
      equal(hub, client);

      relay.rebind();
      workload.run(500, true);
      equal(hub, client);
      awaitUp(hub, client);

      relay.repeat(true);
      awaitUnderLoad(
          "repeated packets are refused",
          workload,
          () -> client.figure("refused") > 0,
          hub,
          client);
      equal(hub, client);
      assertThat(relay.repeated()).isPositive();
    }
  }

  /**
   * The promise is two seconds. Processes of a loaded machine may stand still for longer than that,
   * so it has three tries, each with datagrams that flow and are then blocked.
   */
  @Test
  void whenUdpIsBlockedUnderWayUpdatesGoOnOverTcpWithinTwoSeconds() { // P156
    try (Redis writer = new Redis(source.port());
        Redis reader = new Redis(target.port());
        Node hub = hub();
        Node client = client()) {
      writer.run("SELECT " + DATABASE);
      reader.run("SELECT " + DATABASE);
      hub.start();
      client.start().awaitReady();
      List<Duration> took = new ArrayList<>();
      while (took.size() < 3 && took.stream().noneMatch(DatagramTest::isPrompt)) {
        awaitUp(hub, client);
        long sent = hub.figure("datagrams_sent");
        writer.run("SET flows " + took.size());
        await("they flow", () -> hub.figure("datagrams_sent") > sent, hub, client);
        relay.block();
        long began = System.nanoTime();
        String value = "blocked " + took.size();
        writer.send("SET", "update", value);
        await("it is there", () -> value.equals(reader.run("GET update")), hub, client);
        took.add(Duration.ofNanos(System.nanoTime() - began));
        relay.unblock();
      }
      assertThat(took).as("%s %s", hub.story(), client.story()).anyMatch(DatagramTest::isPrompt);
      await("blocks took over", () -> hub.figure("datagram_fallbacks") > 0, hub, client);
    }
  }

  private static void awaitUp(Node hub, Node client) {
    await("datagrams are open", () -> hub.status().contains("\"up\":true"), hub, client);
  }

  /** Writes on until it is so. */
  private static void awaitUnderLoad(
      String what, RandomWorkload workload, BooleanSupplier condition, Node hub, Node client) {
    await(
        what,
        () -> {
          workload.run(100, true);
          return condition.getAsBoolean();
        },
        hub,
        client);
  }

  private static boolean isPrompt(Duration took) {
    return took.compareTo(Duration.ofSeconds(2)) <= 0;
  }

  private Node hub() {
    return Node.hubAt(
        folder,
        "hub",
        ":" + hubPort,
        "--insecure",
        "--udp",
        "127.0.0.1:" + udpPort,
        "--databases",
        String.valueOf(DATABASE),
        "--plaindb",
        String.valueOf(DATABASE),
        "--redis",
        source.address());
  }

  private Node client() {
    return Node.client(
        folder,
        "client",
        "127.0.0.2:" + hubPort,
        "--transport",
        "tcp+udp",
        "--databases",
        String.valueOf(DATABASE),
        "--redis",
        target.address());
  }

  private void equal(Node hub, Node client) {
    Copy.awaitEqual(
        LIMIT,
        source.address(),
        target.address(),
        DATABASE,
        () -> "seed " + SEED + "\n" + hub.story() + client.story());
  }

  private static void await(String what, BooleanSupplier condition, Node hub, Node client) {
    try {
      Await.until(LIMIT, what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + hub.story() + client.story(), e);
    }
  }
}
