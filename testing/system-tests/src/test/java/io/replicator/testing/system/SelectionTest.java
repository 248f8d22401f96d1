package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is copied, how urgent it is and where it goes, as options and the hub's file say. */
final class SelectionTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void databasesCollectionsPatternsMappingAndPrefixGiveJustThatAtJustThatPlace()
      throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("hub.yaml"),
            """
            databases: [5, 0, 7, 3, 9]
            plaindb: [5, 0, 7, 3, 9]
            qos: {9: high}
            collections:
              - name: quotes
                database: 0
                match: ['quote:*']
                exclude: ['quote:old:*']
                level: realtime
            """);
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        RedisServer second = RedisServer.started();
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port());
        Redis atSecond = new Redis(second.port());
        Sides sides = new Sides(folder, "selection")) {
      for (int database : List.of(0, 3, 5, 7, 9)) {
        atSource.run("SELECT " + database);
        atSource.run("MSET quote:1 a quote:2 b quote:old:1 c order:1 d order:tmp:1 e");
      }
      atTarget.run("SELECT 6");
      atTarget.run("SET of-the-target keep");
      atSecond.run("SELECT 0");
      atSecond.run("MSET of-the-target keep quote:gone lose quote:old:7 keep");
      sides.hub("--config", file.toString(), "--redis", source.address());
      sides.client(
          "--databases",
          "5,0",
          "--map-db",
          "5:6",
          "--prefix",
          "copy:",
          "--match",
          "order:*",
          "--match",
          "quote:?",
          "--exclude",
          "order:tmp:*",
          "--redis",
          target.address());
      sides.client(
          "--collection", "0.quotes", "--flush", "--redis", second.address(), "--name", "second");
      sides.client("--databases", "7,3,9", "--print", "--name", "third");
      sides.until("both are ready", () -> sides.pages(1).code("/readyz") == 200);
      sides.until("the second is ready", () -> sides.pages(2).code("/readyz") == 200);
      sides.until("the third is ready", () -> sides.pages(3).code("/readyz") == 200);

      atTarget.run("SELECT 6");
      assertThat(atTarget.run("EXISTS copy:order:1 copy:quote:1 copy:quote:2")).isEqualTo("3");
      assertThat(atTarget.run("GET of-the-target")).isEqualTo("keep");
      assertThat(atTarget.run("EXISTS copy:quote:old:1 copy:order:tmp:1 quote:1")).isEqualTo("0");
      atTarget.run("SELECT 0");
      assertThat(atTarget.run("EXISTS copy:order:1 copy:quote:2")).isEqualTo("2");
      assertThat(atSecond.run("EXISTS quote:1 quote:2")).isEqualTo("2");
      // A collection is a part of a database: whatever else the target has is not its to empty.
      assertThat(atSecond.run("EXISTS quote:old:1 order:1 quote:gone")).isEqualTo("0");
      assertThat(atSecond.run("GET of-the-target")).isEqualTo("keep");
      assertThat(atSecond.run("GET quote:old:7")).isEqualTo("keep");

      String hub = sides.pages(0).status();
      assertThat(hub)
          .contains("\"database\":5,\"collection\":\"\",\"level\":\"realtime\"")
          .contains("\"database\":0,\"collection\":\"\",\"level\":\"high\"")
          .contains("\"database\":0,\"collection\":\"quotes\",\"level\":\"realtime\"")
          .contains("\"database\":7,\"collection\":\"\",\"level\":\"low\"")
          .contains("\"database\":3,\"collection\":\"\",\"level\":\"idle\"")
          .contains("\"database\":9,\"collection\":\"\",\"level\":\"low\"");

      atSource.run("SELECT 0");
      atSource.run("DEL quote:1");
      atSource.run("MSET quote:3 new order:tmp:2 no quote:old:2 no");
      sides.until("the second follows", () -> atSecond.run("EXISTS quote:3").equals("1"));
      sides.until("the first follows", () -> atTarget.run("EXISTS copy:quote:3").equals("1"));
      sides.until("it is gone there", () -> atSecond.run("EXISTS quote:1").equals("0"));
      sides.until("and at the first", () -> atTarget.run("EXISTS copy:quote:1").equals("0"));
      assertThat(atSecond.run("EXISTS quote:old:2")).isEqualTo("0");
      assertThat(atTarget.run("EXISTS copy:order:tmp:2")).isEqualTo("0");
    }
  }

  @Test
  void leftoversGoWithoutFlushAndOnlyWithinWhatWasAskedFor() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port());
        Sides sides = new Sides(folder, "leftovers")) {
      atSource.run("MSET a:1 x a:2 y");
      atTarget.run("MSET a:1 old a:gone old b:1 other");
      sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
      sides.client("--databases", "0", "--match", "a:*", "--redis", target.address());
      sides.until("the client is ready", () -> sides.pages(1).code("/readyz") == 200);

      assertThat(atTarget.run("GET a:1")).isEqualTo("x");
      assertThat(atTarget.run("EXISTS a:gone")).isEqualTo("0");
      assertThat(atTarget.run("GET b:1")).isEqualTo("other");
    }
  }
}
