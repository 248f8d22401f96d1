package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that are there and do not answer: they load their data, or hang (I1, I2, I4). */
final class SlowServersTest {
  private static final int KEYS = 4_000;

  /** A key takes a millisecond to load; between two of them the server says LOADING. */
  private static final String[] SLOW_LOADING = {
    "--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"
  };

  @TempDir private Path folder = Path.of("");

  @Test
  void aServerThatLoadsItsDataIsWaitedForAtBothEnds() {
    try (RedisServer source = RedisServer.started(SLOW_LOADING);
        RedisServer target = RedisServer.started(SLOW_LOADING);
        Sides sides = new Sides(folder, "loading")) {
      try (Redis atSource = new Redis(source.port())) {
        for (int i = 0; i < KEYS; i++) {
          atSource.send("SET", "key:" + i, "v".repeat(300) + i);
        }
      }
      hubAndClient(sides, source, target);
      sides.awaitEqual(source.address(), target.address(), 0);

      loadAgain(source);
      sides.awaitOutput(0, source.address() + " is loading its data");
      loadFast(source);
      // What was not saved is gone at the source: it must go at the target.
      sides.awaitEqual(source.address(), target.address(), 0);

      loadAgain(target);
      try (Redis atSource = new Redis(source.port())) {
        atSource.run("SET key:1 meanwhile");
        atSource.run("DEL key:2");
      }
      sides.awaitOutput(1, target.address() + " is loading its data");
      loadFast(target);
      sides.awaitEqual(source.address(), target.address(), 0);
      assertThat(sides.process(0).isAlive() && sides.process(1).isAlive()).isTrue();
      // Only the first load was one: afterwards the client went on from its cursor.
      assertThat(sides.process(1).output()).containsOnlyOnce("snapshot complete");
    }
  }

  /** Saves, changes something that is lost, dies and starts with all the data to load. */
  private static void loadAgain(RedisServer server) {
    try (Redis at = new Redis(server.port())) {
      at.run("SAVE");
      at.run("SET lost:1 x");
    }
    server.kill();
    server.launch();
  }

  /** It was seen loading, however long that took: now it may end. */
  private static void loadFast(RedisServer server) {
    try (Redis at = new Redis(server.port())) {
      at.run("CONFIG SET key-load-delay 0");
    }
    server.awaitAnswer();
  }

  @Test
  void aServerThatHangsIsWaitedForAtBothEnds() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        Sides sides = new Sides(folder, "hanging");
        RandomWorkload workload = new RandomWorkload(21, source.port(), 0)) {
      hubAndClient(sides, source, target);
      workload.run(1_500, false);
      sides.awaitEqual(source.address(), target.address(), 0);

      target.setStopped(true);
      workload.run(1_500, false);
      sides.until(
          "something waits for the target",
          () -> !sides.pages(0).status().contains("\"unackedBytes\":0,"));
      source.setStopped(true);
      sides.awaitOutput(0, source.address() + " did not answer within");
      target.setStopped(false);
      source.setStopped(false);
      workload.run(500, false);
      sides.awaitEqual(source.address(), target.address(), 0);
    }
  }

  private static void hubAndClient(Sides sides, RedisServer source, RedisServer target) {
    sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
    sides.client("--databases", "0", "--redis", target.address());
  }
}
