package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that cannot do their part: each is named with the remedy, and waited for. */
final class BadServersTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void targetsThatRefuseAreNamedWhileTheOthersGoOnAndCatchUpOnceMended() {
    try (RedisServer source = RedisServer.started();
        RedisServer good = RedisServer.started();
        RedisServer replica = RedisServer.started("--replicaof", "127.0.0.1 1");
        RedisServer full = RedisServer.started("--maxmemory", "200kb");
        RedisServer locked = RedisServer.started("--requirepass", "secret");
        RedisServer down = RedisServer.started();
        Redis atSource = new Redis(source.port());
        Redis atReplica = new Redis(replica.port());
        Redis atGood = new Redis(good.port());
        Redis atFull = new Redis(full.port());
        RedisServer filling = RedisServer.started();
        Redis atFilling = new Redis(filling.port());
        Redis atLocked = new Redis(locked.port(), "secret");
        Sides sides = new Sides(folder, "targets")) {
      down.kill();
      for (int i = 0; i < 500; i++) {
        atSource.run("SET key:" + i + " value" + i);
      }
      sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
      sides.client(
          "--databases",
          "0",
          "--redis",
          good.address(),
          "--targets",
          replica.address(),
          "--targets",
          full.address(),
          "--targets",
          locked.address(),
          "--targets",
          down.address(),
          "--targets",
          filling.address());
      sides.awaitEqual(source.address(), good.address(), 0);
      sides.awaitEqual(source.address(), filling.address(), 0);
      sides.awaitOutput(1, replica.address() + " is a replica: give the master's address");
      sides.awaitOutput(1, full.address() + " answered to UNLINK");
      sides.awaitOutput(1, "OOM command not allowed");
      sides.awaitOutput(1, "(raise maxmemory at the target or replicate less)");
      sides.awaitOutput(1, locked.address() + " wants a password: give one");
      sides.awaitOutput(1, down.address() + " cannot be reached");
      assertThat(sides.pages(1).code("/readyz")).isEqualTo(503);

      atFilling.run("CONFIG SET maxmemory 1");
      for (int i = 0; i < 300; i++) {
        atSource.run("SET key:" + i + " other" + i);
      }
      atSource.run("DEL key:300");
      sides.awaitOutput(1, filling.address() + " answered to ");

      atReplica.run("REPLICAOF NO ONE");
      atFilling.run("CONFIG SET maxmemory 0");
      atFull.run("CONFIG SET maxmemory 0");
      atLocked.send("CONFIG", "SET", "requirepass", "");
      down.start();
      atSource.run("SET key:7 changed");
      sides.until("the good one goes on", () -> atGood.run("GET key:7").equals("changed"));
      for (RedisServer target : new RedisServer[] {good, replica, full, locked, down, filling}) {
        sides.awaitEqual(source.address(), target.address(), 0);
      }
      sides.until("all take part", () -> sides.pages(1).code("/readyz") == 200);
    }
  }

  @Test
  void sourceThatCannotBeUsedIsNamedAndWaitedFor() {
    try (RedisServer source = RedisServer.started("--requirepass", "secret");
        RedisServer target = RedisServer.started();
        Redis atSource = new Redis(source.port(), "secret");
        Sides sides = new Sides(folder, "sources")) {
      atSource.run("SET key:1 value");
      sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
      sides.client("--databases", "0", "--redis", target.address());
      sides.awaitOutput(0, source.address() + " wants a password: give one");
      sides.until(
          "the reason stands in /readyz",
          () -> sides.pages(0).body("/readyz").contains("database 0: Redis"));
      assertThat(sides.pages(0).code("/healthz")).isEqualTo(200);

      atSource.run("REPLICAOF 127.0.0.1 1");
      atSource.send("CONFIG", "SET", "requirepass", "");
      sides.awaitOutput(0, source.address() + " is a replica: give the master's address");

      atSource.run("REPLICAOF NO ONE");
      // A source without memory left can still be read.
      atSource.run("CONFIG SET maxmemory 1");
      sides.awaitEqual(source.address(), target.address(), 0);
      sides.until("the hub is ready", () -> sides.pages(0).code("/readyz") == 200);

      source.kill();
      sides.awaitOutput(0, source.address() + " cannot be reached");
      source.start();
      try (Redis again = new Redis(source.port(), "secret")) {
        // It came back with its configuration, and without its data: so must the copy.
        sides.until("the hub tries", () -> sides.pages(0).body("/status").contains("password"));
        again.run("SET key:2 value");
        again.send("CONFIG", "SET", "requirepass", "");
        sides.awaitEqual(source.address(), target.address(), 0);
      }
      assertThat(sides.story()).doesNotContain("secret");
    }
  }
}
