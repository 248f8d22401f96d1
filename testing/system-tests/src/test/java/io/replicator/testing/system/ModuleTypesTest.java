package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values of a module's type, which Replicator carries as DUMP without knowing what they are. */
final class ModuleTypesTest {
  private static final Path SOURCE = Path.of("src/test/native/tiny.c").toAbsolutePath();

  @TempDir private Path folder = Path.of("");

  @Test
  void valuesOfAModuleTravelAndATargetWithoutItLacksThemOnly() throws Exception {
    String module = compiled().toString();
    try (RedisServer source = RedisServer.started("--loadmodule", module);
        RedisServer target = RedisServer.started("--loadmodule", module);
        RedisServer without = RedisServer.started();
        Sides sides = new Sides(folder, "module");
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port());
        Redis atWithout = new Redis(without.port())) {
      atSource.run("TINY.SET before one");
      atSource.run("SET plain 1");
      sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
      sides.client("--redis", target.address(), "--targets", without.address());
      sides.until("it is loaded", () -> atTarget.run("TINY.GET before").equals("one"));

      atSource.run("TINY.SET live two");
      atSource.run("PEXPIRE live 3600000");
      atSource.run("TINY.SET before three");
      atSource.run("SET plain 2");
      sides.until("a live one", () -> atTarget.run("TINY.GET live").equals("two"));
      sides.until("a changed one", () -> atTarget.run("TINY.GET before").equals("three"));
      sides.until("its expiry", () -> Long.parseLong(atTarget.run("PTTL live")) > 0);
      sides.until("the feed goes on", () -> atWithout.run("GET plain").equals("2"));
      assertThat(atTarget.run("TYPE live")).isEqualTo("tiny-type");
      assertThat(atWithout.run("EXISTS before live")).isEqualTo("0");
      sides.awaitOutput(1, "the target does not take values of this type: they are left out");

      atSource.run("DEL before");
      sides.until("it is deleted", () -> atTarget.run("EXISTS before").equals("0"));
    }
  }

  private Path compiled() throws Exception {
    Path module = folder.resolve("tiny.so");
    Path log = folder.resolve("cc.log");
    Process compiler =
        new ProcessBuilder(
                "cc",
                "-shared",
                "-fPIC",
                "-nostdlib",
                "-O1",
                "-Wall",
                "-Werror",
                "-o",
                module.toString(),
                SOURCE.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(compiler.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(compiler.exitValue()).as(Files.readString(log)).isZero();
    return module;
  }
}
