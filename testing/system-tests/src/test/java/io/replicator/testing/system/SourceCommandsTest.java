package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RestoreArgs;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever changes keys at the source arrives, however much or little the hub's user may do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SourceCommandsTest {
  private static final List<Integer> DATABASES = List.of(0, 1, 2);

  @TempDir private static Path folder = Path.of("");

  private final RedisServer sourceServer = RedisServer.started();
  private final RedisServer targetServer = RedisServer.started();
  private final Redis source = new Redis(sourceServer.port());
  private final Redis target = new Redis(targetServer.port());
  private Sides sides = new Sides(folder, "not-started");

  @BeforeAll
  void start() {
    sides =
        new Sides(folder, "commands")
            .hub("--databases", "0,1,2", "--plaindb", "0,1,2", "--redis", sourceServer.address());
    sides.client("--databases", "0,1,2", "--redis", targetServer.address());
    fill(0, 200);
    fill(1, 100);
    awaitEqual();
    sides.awaitStatus(1, "\"state\":\"live\"");
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
  void followsRenameCopyAndMove() {
    fill(0, 50);
    source.run("SELECT 0");
    source.run("RENAME str:1 renamed:1");
    source.run("RENAME hash:2 list:2");
    source.run("RENAMENX set:3 renamed:3");
    source.run("COPY zset:4 str:4 REPLACE");
    source.run("COPY zset:5 zset:5 DB 2");
    source.run("SET moved:1 x EX 1000");
    source.run("MOVE moved:1 2");
    awaitEqual();

    target.run("SELECT 2");
    assertThat(target.run("GET moved:1")).isEqualTo("x");
    assertThat(Long.parseLong(target.run("TTL moved:1"))).isBetween(500L, 1000L);
    assertThat(target.run("TYPE zset:5")).isEqualTo("zset");
    target.run("SELECT 0");
    assertThat(target.run("EXISTS str:1 moved:1 set:3 hash:2")).isEqualTo("0");
    assertThat(target.run("TYPE list:2")).isEqualTo("hash");
  }

  @Test
  void followsDumpsScriptsAndTransactions() {
    source.run("SELECT 0");
    source.run("HSET restored:from a 1 b 2");
    byte[] dump = source.commands().dump(ascii("restored:from"));
    source
        .commands()
        .restore(ascii("restored:to"), dump, RestoreArgs.Builder.ttl(500_000).replace());
    source.send(
        "EVAL",
        "for i=1,100 do redis.call('RPUSH','script:list',i) end redis.call('DEL',KEYS[1])",
        "1",
        "restored:from");
    source.run("MULTI");
    source.run("SET multi:a 1");
    source.run("SADD multi:b 1 2 3");
    source.run("SET multi:c x");
    source.run("DEL multi:c");
    source.run("EXEC");
    awaitEqual();

    target.run("SELECT 0");
    assertThat(target.run("HGET restored:to b")).isEqualTo("2");
    assertThat(Long.parseLong(target.run("PTTL restored:to"))).isPositive();
    assertThat(target.run("LLEN script:list")).isEqualTo("100");
    assertThat(target.run("EXISTS restored:from multi:c")).isEqualTo("0");
    assertThat(target.run("SCARD multi:b")).isEqualTo("3");
  }

  @Test
  void followsExpiryWhoeverSetsIt() {
    source.run("SELECT 0");
    source.run("SET expiry:soon x PX 150");
    source.run("SET expiry:late x EX 5000");
    source.run("SET expiry:never x EX 5000");
    source.run("HSET expiry:hash a 1");
    source.run("PEXPIRE expiry:hash 200");
    source.run("PERSIST expiry:never");
    source.run("SET expiry:past x");
    source.run("EXPIREAT expiry:past 1");
    sides.until(
        "both have expired at the source",
        () -> source.run("EXISTS expiry:soon expiry:hash").equals("0"));
    awaitEqual();

    target.run("SELECT 0");
    assertThat(target.run("EXISTS expiry:soon expiry:hash expiry:past")).isEqualTo("0");
    assertThat(target.run("TTL expiry:never")).isEqualTo("-1");
    assertThat(Long.parseLong(target.run("TTL expiry:late"))).isBetween(4000L, 5000L);
  }

  @Test
  void followsEviction() {
    source.run("SELECT 1");
    source.run("CONFIG SET maxmemory-policy allkeys-random");
    long used = Long.parseLong(info("used_memory:"));
    source.run("CONFIG SET maxmemory " + (used + 1_500_000));
    try {
      for (int i = 0; i < 4_000; i++) {
        source.send("SET", "evict:" + i, "x".repeat(1_000));
      }
      assertThat(Long.parseLong(info("evicted_keys:"))).isPositive();
    } finally {
      source.run("CONFIG SET maxmemory 0");
    }
    awaitEqual();
  }

  @Test
  void followsFlushOfOneDatabaseOnly() {
    fill(1, 40);
    fill(2, 40);
    awaitEqual();
    source.run("SELECT 1");
    source.run("FLUSHDB");
    source.run("SET after:flushdb 1");
    awaitEqual();

    target.run("SELECT 1");
    assertThat(target.run("EXISTS after:flushdb str:1")).isEqualTo("1");
    target.run("SELECT 2");
    assertThat(target.run("EXISTS str:1")).isEqualTo("1");
  }

  @Test
  void followsFlushOfAllAndSwapOfDatabases() {
    fill(0, 60);
    source.run("SET only:zero 1");
    fill(1, 30);
    source.run("SET only:one 1");
    awaitEqual();
    source.run("SWAPDB 0 1");
    source.run("SELECT 0");
    source.run("SET after:swap 1");
    awaitEqual();
    target.run("SELECT 0");
    assertThat(target.run("EXISTS only:one after:swap")).isEqualTo("2");
    assertThat(target.run("EXISTS only:zero")).isEqualTo("0");

    source.run("FLUSHALL ASYNC");
    awaitEqual();
    target.run("SELECT 1");
    assertThat(target.run("EXISTS str:1 only:zero")).isEqualTo("0");
    source.run("SET after:flushall 1");
    awaitEqual();
  }

  @Test
  void worksWithUsersThatMayDoWhatTheManualSaysAndNoMore() throws IOException {
    fill(0, 100);
    String secret = "correct-horse";
    source.run(aclLine("replicator-hub", secret));
    target.run(aclLine("replicator-client", secret));
    Path password = Files.writeString(folder.resolve("password"), secret + "\n");
    try (RedisServer other = RedisServer.started();
        Redis atOther = new Redis(other.port());
        Sides limited = new Sides(folder, "limited")) {
      atOther.run(aclLine("replicator-client", secret));
      atOther.run("SET of-the-target lose");
      limited.hub(
          "--databases",
          "0,1",
          "--plaindb",
          "0,1",
          "--redis",
          sourceServer.address(),
          "--redis-user",
          "replicator-hub",
          "--redis-password-file",
          password.toString());
      limited.client(
          "--databases",
          "0,1",
          "--flush",
          "--redis",
          other.address(),
          "--redis-user",
          "replicator-client",
          "--redis-password-file",
          password.toString());
      limited.awaitEqual(sourceServer.address(), other.address(), 0);
      limited.awaitStatus(0, "\"capture\":\"notifications\"");
      changeAllKinds(source, 0);
      limited.awaitEqual(sourceServer.address(), other.address(), 0);
      source.run("SWAPDB 0 1");
      source.run("SET big " + "x".repeat(3_000_000));
      limited.awaitEqual(sourceServer.address(), other.address(), 0);
      limited.awaitEqual(sourceServer.address(), other.address(), 1);

      assertThat(limited.story()).doesNotContain("NOPERM").doesNotContain(secret);
    }
    awaitEqual();
  }

  @Test
  void aVersionedDatabaseNeedsNoRightsBeyondThose() throws IOException {
    try (RedisServer from = RedisServer.started();
        RedisServer to = RedisServer.started();
        Redis atFrom = new Redis(from.port());
        Redis atTo = new Redis(to.port());
        Sides limited = new Sides(folder, "limited-versioned")) {
      String secret = "versioned-horse";
      Path password = Files.writeString(folder.resolve("versioned-password"), secret + "\n");
      atFrom.run(aclLine("replicator-hub", secret));
      atTo.run(aclLine("replicator-client", secret));
      atFrom.run("SELECT 5");
      atTo.run("SELECT 5");
      atFrom.run("SET gone soon");
      version(atFrom, 1, "HSET quote:IBM bid 1 ask 2");
      String[] user = {
        "--redis-user", "replicator-hub", "--redis-password-file", password.toString()
      };
      limited.hub(with(user, "--databases", "5", "--redis", from.address()));
      user[1] = "replicator-client";
      limited.client(with(user, "--databases", "5", "--redis", to.address()));
      limited.until("the load ends", () -> atTo.run("GET version").equals("1"));
      version(atFrom, 2, "HSET quote:IBM bid 3");
      version(atFrom, 3, "DEL gone");
      limited.until("what comes after it", () -> atTo.run("GET version").equals("3"));

      assertThat(atTo.run("HGET quote:IBM bid")).isEqualTo("3");
      assertThat(atTo.run("EXISTS gone")).isEqualTo("0");
      assertThat(atTo.run("LRANGE version:3 0 -1")).contains("gone");
      assertThat(limited.story()).doesNotContain("NOPERM").doesNotContain(secret);
    }
  }

  /** One change as an application of a versioned database makes it; the key is its second word. */
  private static void version(Redis redis, int version, String command) {
    redis.run("MULTI");
    redis.run(command);
    redis.run("RPUSH version:" + version + " " + command.split(" ", -1)[1]);
    redis.run("SET version " + version);
    redis.run("EXEC");
  }

  private static String[] with(String[] more, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void worksByTrackingWhereConfigIsNotPermitted() throws IOException {
    try (RedisServer from = RedisServer.started();
        RedisServer to = RedisServer.started();
        Redis atFrom = new Redis(from.port());
        Sides tracking = new Sides(folder, "tracking")) {
      String secret = "no-config-for-you";
      Path password = Files.writeString(folder.resolve("tracking-password"), secret + "\n");
      atFrom.run(
          aclLine("replicator-hub", secret)
              .replace(" +config|get", "")
              .replace(" +config|set", ""));
      fill(atFrom, 0, 60);
      tracking.hub(
          "--databases",
          "0,1",
          "--plaindb",
          "0,1",
          "--redis",
          from.address(),
          "--redis-user",
          "replicator-hub",
          "--redis-password-file",
          password.toString());
      tracking.client("--databases", "0,1", "--redis", to.address());
      tracking.awaitStatus(0, "\"capture\":\"tracking\"");
      tracking.awaitEqual(from.address(), to.address(), 0);
      changeAllKinds(atFrom, 0);
      tracking.awaitEqual(from.address(), to.address(), 0);
      atFrom.run("SWAPDB 0 1");
      tracking.awaitEqual(from.address(), to.address(), 1);
      fill(atFrom, 0, 20);
      tracking.awaitEqual(from.address(), to.address(), 0);
      atFrom.run("FLUSHALL");
      tracking.awaitEqual(from.address(), to.address(), 0);
      tracking.awaitEqual(from.address(), to.address(), 1);

      assertThat(tracking.story()).doesNotContain("NOPERM");
    }
  }

  private static void changeAllKinds(Redis source, int database) {
    source.run("SELECT " + database);
    source.run("SET str:7 changed");
    source.run("DEL hash:8");
    source.run("RENAME list:9 list:renamed");
    source.run("SADD set:9 one more");
    source.run("ZADD zset:9 7 seven");
    source.run("XADD stream:9 * a b");
    source.run("SET expiry:limited x PX 100");
    Await.until(Sides.LIMIT, "it expired", () -> source.run("EXISTS expiry:limited").equals("0"));
  }

  /** Some keys of every type. */
  private void fill(int database, int keysPerType) {
    fill(source, database, keysPerType);
  }

  private static void fill(Redis source, int database, int keysPerType) {
    source.run("SELECT " + database);
    for (int i = 0; i < keysPerType; i++) {
      source.run("SET str:" + i + " value-" + database + "-" + i);
      source.run("DEL hash:" + i + " list:" + i + " set:" + i + " zset:" + i + " stream:" + i);
      source.run("HSET hash:" + i + " name n" + i + " place p" + i);
      source.run("RPUSH list:" + i + " a b c " + i);
      source.run("SADD set:" + i + " a b c " + i);
      source.run("ZADD zset:" + i + " 1 a 2.5 b inf c");
      source.run("XADD stream:" + i + " * f " + i);
    }
  }

  private String info(String name) {
    return source
        .run("INFO")
        .lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .orElseThrow()
        .substring(name.length());
  }

  private void awaitEqual() {
    for (int database : DATABASES) {
      sides.awaitEqual(sourceServer.address(), targetServer.address(), database);
    }
  }

  /** The line of the operator's manual that makes this user, for databases 0 and 1. */
  private static String aclLine(String user, String secret) throws IOException {
    return Files.readAllLines(Path.of("../../docs/operations.md")).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("ACL SETUSER " + user + " "))
        .findFirst()
        .orElseThrow()
        .replace("SECRET", secret)
        .replace("&__keyspace@5__:*", "&__keyspace@1__:*");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
