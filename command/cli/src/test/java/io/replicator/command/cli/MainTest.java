package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.command.redis.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Exit codes and words of the whole program, against real servers. */
class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void compareEndsWithZeroIfEqualAndOneIfDifferent() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        RedisClient client = RedisClient.create();
        StatefulRedisConnection<String, String> connection =
            client.connect(RedisURI.create("redis://" + source.address()))) {
      String line = "compare --source " + source.address() + " --target " + target.address();

      assertThat(run(line)).isEqualTo(ExitCode.OK);
      assertThat(text(out)).contains("database 0: equal. 0 keys at the source");

      connection.sync().set("k", "v");
      assertThat(run(line)).isEqualTo(ExitCode.DIFFERENT);
      assertThat(text(out)).contains("1 DIFFER").contains("missing").contains("k   string of 1");

      assertThat(run(line + " --json")).isEqualTo(ExitCode.DIFFERENT);
      assertThat(StatusClient.parse(text(out)).toString())
          .contains("equal=false", "counts={missing=1}", "key=k");
    }
  }

  @Test
  void compareEndsWithTwoIfNobodyAnswers() {
    assertThat(run("compare --source 127.0.0.1:1 --target 127.0.0.1:1"))
        .isEqualTo(ExitCode.COULD_NOT);
    assertThat(text(err)).contains("127.0.0.1:1");
  }

  @Test
  void badOptionsEndWithTwoAndOneLine() {
    assertThat(run("hub --databases 5,5")).isEqualTo(ExitCode.COULD_NOT);
    assertThat(text(err).lines())
        .singleElement()
        .asString()
        .startsWith("replicator: option --databases: database 5 stands there twice");
  }

  @Test
  void statusSaysThatNobodyAnswers() {
    assertThat(run("status --http 127.0.0.1:1")).isEqualTo(ExitCode.COULD_NOT);
    assertThat(text(err)).contains("127.0.0.1:1 does not answer");
  }

  @Test
  void helpEndsWithZero() {
    assertThat(run("--help")).isEqualTo(ExitCode.OK);
    assertThat(text(out)).contains("Commands:");
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
}
