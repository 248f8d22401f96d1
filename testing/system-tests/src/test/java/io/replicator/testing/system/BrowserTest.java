package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JavaScript client and the pages in a real Chromium, with a real hub and a real Redis: the
 * tests themselves are those of {@code client/browser/browser-test}, run by Node.
 */
class BrowserTest {
  private static final Path CLIENT = Path.of("../../client/browser");
  private static final int LIMIT_MINUTES = 15;

  @TempDir Path folder;

  @Test
  void theClientAndThePagesWorkInARealBrowser() throws Exception {
    Path log = folder.resolve("browser.log");
    try (RedisServer redis = RedisServer.started()) {
      ProcessBuilder node =
          new ProcessBuilder("node", "scripts/test-browser.mjs")
              .directory(CLIENT.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      node.environment().put("REPLICATOR_COMMAND", String.join("\n", ReplicatorProcess.command()));
      node.environment().put("REPLICATOR_REDIS", redis.address());
      Process tests = node.start();
      try {
        assertThat(tests.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).as("ended in time").isTrue();
        assertThat(tests.exitValue()).as(Files.readString(log)).isZero();
      } finally {
        tests.descendants().forEach(ProcessHandle::destroyForcibly);
        tests.destroyForcibly();
      }
    }
    Files.readString(log)
        .lines()
        .filter(line -> line.startsWith("# "))
        .forEach(System.out::println);
  }
}
