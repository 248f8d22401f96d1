package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.FaultProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I4: an initial load that is cut again and again goes on where it was, and gets through. */
final class CutLoadTest {
  private static final int KEYS = 40_000;
  private static final int VALUE_BYTES = 150;
  private static final long LINK_BYTES_A_SECOND = 1_500_000;
  private static final long BYTES_BETWEEN_CUTS = 900_000;

  /** A batch that was not complete, and what was in the sockets on the way. */
  private static final long LOST_AT_A_CUT = 850_000;

  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir private Path folder = Path.of("");

  @Test
  void aLoadCutAgainAndAgainSendsLittleTwice() {
    try (RedisServer source = RedisServer.started();
        Node hub = Node.hub(folder, "hub", "--plaindb", "0", "--redis", source.address())) {
      fill(source.port());
      hub.start();
      long uncut = load(source, hub, "uncut");
      long[] cuts = new long[1];
      long cut = loadWithCuts(source, hub, cuts);
      System.out.println(
          "CutLoadTest: " + uncut + " bytes uncut, " + cut + " bytes with " + cuts[0] + " cuts");
      assertThat(cuts[0]).as("cuts").isGreaterThan(3);
      assertThat(cut).isLessThan(uncut + cuts[0] * LOST_AT_A_CUT);
      // A load that starts again from zero would have sent this much: the bound means something.
      assertThat(uncut + cuts[0] * LOST_AT_A_CUT).isLessThan(uncut * (cuts[0] + 2) / 2);
    }
  }

  /** Loads a new target over the slow link and gives the bytes that went to the client. */
  private long load(RedisServer source, Node hub, String name) {
    try (RedisServer target = RedisServer.started();
        FaultProxy link = slowLink(hub);
        Node client = client(link, target, name)) {
      awaitCopy(source, target, client);
      return link.bytes(FaultProxy.Direction.TO_CLIENT);
    }
  }

  /** The same, with the link cut, or the client killed, whenever so many bytes went through. */
  private long loadWithCuts(RedisServer source, Node hub, long[] cuts) {
    try (RedisServer target = RedisServer.started("--appendonly", "yes");
        FaultProxy link = slowLink(hub);
        Node client = client(link, target, "cut")) {
      long next = BYTES_BETWEEN_CUTS;
      while (keys(target) < KEYS) {
        long from = next;
        Await.until(
            LIMIT,
            "the load goes on",
            () -> link.bytes(FaultProxy.Direction.TO_CLIENT) >= from || keys(target) >= KEYS);
        if (keys(target) < KEYS) {
          if (cuts[0]++ % 3 == 2) {
            client.kill();
            client.start();
          } else {
            link.cut();
          }
        }
        next = link.bytes(FaultProxy.Direction.TO_CLIENT) + BYTES_BETWEEN_CUTS;
      }
      awaitCopy(source, target, client);
      return link.bytes(FaultProxy.Direction.TO_CLIENT);
    }
  }

  private static void awaitCopy(RedisServer source, RedisServer target, Node client) {
    Await.until(LIMIT, "the target holds the keys", () -> keys(target) >= KEYS);
    Copy.awaitEqual(LIMIT, source.address(), target.address(), 0, client::story);
  }

  private static FaultProxy slowLink(Node hub) {
    FaultProxy link = FaultProxy.to(hub.address());
    link.rate(FaultProxy.Direction.TO_CLIENT, LINK_BYTES_A_SECOND);
    return link;
  }

  private Node client(FaultProxy link, RedisServer target, String name) {
    return Node.client(folder, name, link.address(), "--redis", target.address()).start();
  }

  private static void fill(int port) {
    SplittableRandom random = new SplittableRandom(7);
    withRedis(
        port,
        redis -> {
          for (int page = 0; page < KEYS / 1000; page++) {
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < 1000; i++) {
              byte[] bytes = new byte[VALUE_BYTES];
              random.nextBytes(bytes);
              values.put("load:" + (page * 1000 + i), HexFormat.of().formatHex(bytes));
            }
            redis.mset(values);
          }
          return 0L;
        });
  }

  /** Keys of a server, without Replicator's own. */
  private static long keys(RedisServer server) {
    return withRedis(
        server.port(), redis -> redis.dbsize() - redis.exists("__replicator:cursor:0"));
  }

  private static long withRedis(int port, ToLongFunction<RedisCommands<String, String>> use) {
    RedisClient client =
        RedisClient.create(RedisURI.builder().withHost("127.0.0.1").withPort(port).build());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return use.applyAsLong(connection.sync());
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }
}
