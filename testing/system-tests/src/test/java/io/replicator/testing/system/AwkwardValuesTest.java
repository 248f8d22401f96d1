package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Keys and values that are odd or huge, through a hub and a client of 512 MB of heap. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AwkwardValuesTest {
  @TempDir private static Path folder = Path.of("");

  private final RedisServer sourceServer = RedisServer.started();
  private final RedisServer targetServer = RedisServer.started();
  private final Redis source = new Redis(sourceServer.port());
  private final Redis target = new Redis(targetServer.port());
  private Sides sides = new Sides(folder, "not-started");

  @BeforeAll
  void start() {
    source.run("SET before:the-load x");
    source.send("SET", "\u00ff\u00fe before", "\u0000\u0080");
    sides =
        new Sides(folder, "awkward")
            .hub("--databases", "0", "--plaindb", "0", "--redis", sourceServer.address());
    sides.client("--databases", "0", "--redis", targetServer.address());
    awaitEqual();
  }

  @AfterAll
  void stop() {
    sides.close();
    source.close();
    target.close();
    sourceServer.close();
    targetServer.close();
  }

  @Test
  void keysThatChangeTypeArrive() {
    source.run("SET shape text");
    awaitEqual();
    for (String line :
        new String[] {
          "RPUSH shape a b c",
          "SADD shape a b c",
          "HSET shape a b",
          "ZADD shape 1 a 2 b",
          "XADD shape * a b",
          "PFADD shape a b",
          "RPUSH shape x"
        }) {
      source.run("DEL shape");
      source.run(line);
      awaitEqual();
      assertThat(target.run("TYPE shape")).isEqualTo(source.run("TYPE shape"));
    }
  }

  @Test
  void keysAndValuesThatAreNoTextArrive() {
    String bytes = "\u0000\r\n\u00ff\u00c3(\u0080";
    source.send("SET", bytes, bytes);
    source.send("SET", "", "value of the empty key");
    source.send("SET", "long" + "k".repeat(10_000), "x");
    source.send("HSET", "hash" + bytes, bytes, bytes, "", "empty name");
    source.send("RPUSH", "list" + bytes, bytes, "", "\n");
    source.send("SADD", "set" + bytes, bytes, "");
    source.send("ZADD", "zset" + bytes, "-inf", bytes, "1e-300", "");
    awaitEqual();

    assertThat(target.send("GET", bytes)).isEqualTo(bytes);
    assertThat(target.send("GET", "")).isEqualTo("value of the empty key");
    assertThat(target.send("HGET", "hash" + bytes, "")).isEqualTo("empty name");
  }

  @Test
  void emptyValuesArrive() {
    source.send("SET", "empty:string", "");
    source.send("HSET", "empty:hash", "field", "");
    source.send("RPUSH", "empty:list", "", "", "");
    source.run("XADD empty:stream * a b");
    source.run("XTRIM empty:stream MAXLEN 0");
    awaitEqual();

    assertThat(target.run("STRLEN empty:string")).isEqualTo("0");
    assertThat(target.run("EXISTS empty:string")).isEqualTo("1");
    assertThat(target.run("LLEN empty:list")).isEqualTo("3");
    assertThat(target.run("TYPE empty:stream")).isEqualTo("stream");
  }

  @Test
  void stringOf100MegabytesArrivesWhileSmallKeysGoOn() {
    byte[] large = new byte[100 << 20];
    new SplittableRandom(42).nextBytes(large);
    source.commands().set(ascii("large:string"), large);
    source.run("SET small:beside yes");
    sides.until("the small key", () -> target.run("EXISTS small:beside").equals("1"));
    sides.until(
        "all of the large one",
        () -> target.run("STRLEN large:string").equals(Integer.toString(large.length)));

    // One byte in the middle is a change of it all.
    source.run("SETRANGE large:string 50000000 x");
    sides.until(
        "the change in the middle",
        () -> target.run("GETRANGE large:string 50000000 50000000").equals("x"));
    awaitEqual();
    assertThat(sides.process(0).isAlive()).isTrue();
    source.run("DEL large:string");
    awaitEqual();
  }

  @Test
  void setOfAMillionMembersArrives() {
    byte[][] members = new byte[10_000][];
    for (int i = 0; i < 100; i++) {
      for (int j = 0; j < members.length; j++) {
        members[j] = ByteBuffer.allocate(12).putLong(0x5EED).putInt(i * members.length + j).array();
      }
      source.commands().sadd(ascii("large:set"), members);
    }
    sides.until("a million members", () -> target.run("SCARD large:set").equals("1000000"));
    awaitEqual();
    source.run("DEL large:set");
    awaitEqual();
  }

  private void awaitEqual() {
    sides.awaitEqual(sourceServer.address(), targetServer.address(), 0);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
