package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I9: a million keys of 200 bytes pass through a hub and a client of 512 MB of heap each. */
final class MillionKeysTest {
  private static final int KEYS = 1_000_000;
  private static final int VALUE_BYTES = 200;

  @TempDir private Path folder = Path.of("");

  @Test
  void aMillionKeysGoThroughProcessesOf512Megabytes() {
    try (RedisServer source = RedisServer.started("--enable-debug-command", "yes");
        RedisServer target = RedisServer.started();
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port());
        Sides sides = new Sides(folder, "million")) {
      atSource.run("DEBUG POPULATE " + KEYS + " key " + VALUE_BYTES);
      sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
      sides.client("--databases", "0", "--redis", target.address());
      sides.until(
          "all are there", () -> sides.pages(1).code("/readyz") == 200 && size(atTarget) > KEYS);
      assertThat(size(atTarget)).isEqualTo(KEYS + 1); // and the cursor
      for (int i = 0; i < KEYS; i += 9_973) {
        assertThat(atTarget.run("GET key:" + i)).isEqualTo(atSource.run("GET key:" + i));
      }
      // Changes still go through when the index is full of keys.
      atSource.run("SET key:7 changed");
      sides.until("a change", () -> atTarget.run("GET key:7").equals("changed"));
      assertThat(sides.process(0).isAlive() && sides.process(1).isAlive()).isTrue();
    }
  }

  private static long size(Redis redis) {
    return Long.parseLong(redis.run("DBSIZE"));
  }
}
