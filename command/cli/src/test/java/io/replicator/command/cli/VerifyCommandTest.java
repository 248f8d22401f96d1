package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code replicator verify} against a real hub and real servers. */
class VerifyCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RedisServer source = RedisServer.started();
  private final RedisServer target = RedisServer.started();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private HubServer hub;

  @BeforeEach
  void fill() {
    for (RedisServer server : List.of(source, target)) {
      at(
          server,
          redis -> {
            for (int i = 0; i < 500; i++) {
              redis.set("key:" + i, "value " + i);
            }
            redis.zadd("zset", 1.5, "a");
            redis.hset("hash", Map.of("f", "v", "g", "w"));
            redis.pexpireat("key:7", 4_000_000_000_000L);
          });
    }
    hub =
        HubServer.start(
            HubSettings.of(
                "hub",
                ListenAddress.parse("127.0.0.1:0"),
                RedisEndpoint.parse(source.address()),
                List.of(0),
                Set.of(0)));
  }

  @AfterEach
  void stop() {
    hub.close();
    target.close();
    source.close();
  }

  @Test
  void endsWithZeroWhereNothingDiffersAndWritesNothing() {
    assertThat(run(line())).as(text(err)).isEqualTo(ExitCode.OK);
    assertThat(text(out)).contains("feed 0: equal. 502 keys at the hub, 502 at the target");
    at(target, redis -> assertThat(redis.dbsize()).isEqualTo(502));
  }

  @Test
  void tellsWhatDiffersAndEndsWithOne() {
    at(
        target,
        redis -> {
          redis.set("key:1", "tampered");
          redis.persist("key:7");
          redis.del("key:2");
          redis.set("stray", "x");
        });
    assertThat(run(line())).isEqualTo(ExitCode.DIFFERENT);
    assertThat(text(out))
        .contains("feed 0: 4 DIFFER. 502 keys at the hub, 502 at the target")
        .contains("missing or of another value 3, only at the target 1")
        .contains("key:1", "key:2", "key:7", "stray");
    assertThat(run(line() + " --json")).isEqualTo(ExitCode.DIFFERENT);
    assertThat(StatusClient.parse(text(out)).toString())
        .contains("equal=false", "lacking=3", "strays=1", "rounds=2");
  }

  @Test
  void waitsForWhatIsOnItsWay() throws Exception {
    at(source, redis -> redis.set("late", "x"));
    Await.until(LIMIT, "the hub knows", () -> run(line()) == ExitCode.DIFFERENT);
    long before = verifications();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              Await.until(LIMIT, "it was looked at once", () -> verifications() > before);
              at(target, redis -> redis.set("late", "x"));
            });
    assertThat(run(line() + " --wait 90s")).isEqualTo(ExitCode.OK);
    writer.join();
  }

  @Test
  void endsWithTwoIfItCannotCompare() {
    assertThat(run("verify --hub 127.0.0.1:1 --redis " + target.address()))
        .isEqualTo(ExitCode.COULD_NOT);
    assertThat(text(out)).contains("feed 0: COULD NOT be compared").contains("127.0.0.1:1");
    assertThat(run(line().replace(target.address(), "127.0.0.1:1"))).isEqualTo(ExitCode.COULD_NOT);
    assertThat(text(out)).contains("127.0.0.1:1");
    assertThat(run(line() + " --databases 9")).isEqualTo(ExitCode.COULD_NOT);
    assertThat(run("verify --hub 127.0.0.1:" + hub.port() + " --cassandra 127.0.0.1:1"))
        .isEqualTo(ExitCode.COULD_NOT);
    assertThat(text(out)).contains("feed 0: COULD NOT be compared").contains("cassandra");
  }

  @Test
  void takesTheFileOfTheClient(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("client.yaml");
    Files.writeString(
        file,
        "hub: 127.0.0.1:%d\nredis: %s\ndatabases: 0\nwindow: 1MiB\ndrift: report\n"
            .formatted(hub.port(), target.address()));
    assertThat(run("verify --config " + file)).as(text(err)).isEqualTo(ExitCode.OK);
  }

  private long verifications() {
    return Objects.requireNonNull(hub.status().counters().get(DeliveryCounter.VERIFICATIONS));
  }

  private String line() {
    return "verify --hub 127.0.0.1:" + hub.port() + " --redis " + target.address();
  }

  private int run(String line) {
    out.reset();
    err.reset();
    return Main.run(
        line.split(" "),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of());
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }

  private static void at(RedisServer server, Consumer<RedisCommands<String, String>> work) {
    try (RedisClient client = RedisClient.create();
        StatefulRedisConnection<String, String> connection =
            client.connect(RedisURI.create("redis://" + server.address()))) {
      work.accept(connection.sync());
    }
  }
}
