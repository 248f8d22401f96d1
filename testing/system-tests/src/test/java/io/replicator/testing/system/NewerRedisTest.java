package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.Difference;
import io.replicator.command.redis.RedisBinary;
import io.replicator.command.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis 7.4 and newer at either end: expiries of hash fields, and everything else as before. */
final class NewerRedisTest {
  private static final Path FINDER = Path.of("../newer-redis").toAbsolutePath().normalize();

  private static Path newer = Path.of("");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void find() throws Exception {
    Path found = Files.createTempFile("newer-redis", ".path");
    Process finder =
        new ProcessBuilder(FINDER.toString())
            .redirectOutput(found.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(finder.waitFor(3, TimeUnit.MINUTES)).as("testing/newer-redis ends").isTrue();
    assertThat(finder.exitValue()).as("testing/newer-redis").isZero();
    newer = Path.of(Files.readString(found).strip());
    Files.delete(found);
  }

  @Test
  void expiriesOfHashFieldsTravel() {
    try (RedisServer source = RedisServer.startedFrom(newer);
        RedisServer target = RedisServer.startedFrom(newer);
        Sides sides = sides(source, target);
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port())) {
      long later = System.currentTimeMillis() + Duration.ofHours(5).toMillis();
      atSource.run("HSET loaded a 1 b 2 c 3");
      atSource.run("HPEXPIREAT loaded " + later + " FIELDS 1 b");
      hubAndClient(sides, source, target);
      sides.until("it is loaded", () -> atTarget.run("HGET loaded c").equals("3"));
      assertThat(expiry(atTarget, "loaded", "a")).isEqualTo("-1");
      assertThat(expiry(atTarget, "loaded", "b")).isEqualTo(Long.toString(later));

      atSource.run("HSET live a 1 b 2");
      atSource.run("HPEXPIREAT live " + later + " FIELDS 2 a b");
      sides.until("a live one", () -> expiry(atTarget, "live", "b").equals(Long.toString(later)));
      atSource.run("HPERSIST live FIELDS 1 a");
      sides.until("it is taken back", () -> expiry(atTarget, "live", "a").equals("-1"));
      assertThat(expiry(atTarget, "live", "b")).isEqualTo(Long.toString(later));

      atSource.run("HPEXPIRE live 1500 FIELDS 1 b");
      sides.until("the field is over at both", () -> atTarget.run("HEXISTS live b").equals("0"));
      assertThat(atTarget.run("HGET live a")).isEqualTo("1");
      sides.awaitEqual(source.address(), target.address(), 0);

      atTarget.run("HPEXPIREAT loaded " + (later + 60_000) + " FIELDS 1 b");
      assertThat(fieldExpiriesThatDiffer(source, target)).isEqualTo(1);
      atTarget.run("HPERSIST loaded FIELDS 1 b");
      assertThat(fieldExpiriesThatDiffer(source, target)).isEqualTo(1);
      atTarget.run("HPEXPIREAT loaded " + later + " FIELDS 1 b");
      assertThat(fieldExpiriesThatDiffer(source, target)).isZero();
    }
  }

  private static long fieldExpiriesThatDiffer(RedisServer source, RedisServer target) {
    return Copy.compare(source.address(), 0, target.address(), 0, CompareRules.DEFAULT)
        .count(Difference.Kind.EXPIRY);
  }

  @Test
  void aLargeHashKeepsThemInItsParts() {
    try (RedisServer source = RedisServer.startedFrom(newer);
        RedisServer target = RedisServer.startedFrom(newer);
        Sides sides = sides(source, target);
        Redis atSource = new Redis(source.port());
        Redis atTarget = new Redis(target.port())) {
      long later = System.currentTimeMillis() + Duration.ofHours(5).toMillis();
      for (int i = 0; i < 30_000; i++) {
        atSource.send("HSET", "large", "field:" + i, "v".repeat(100) + i);
      }
      for (int i = 0; i < 30_000; i += 1_000) {
        atSource.run("HPEXPIREAT large " + (later + i) + " FIELDS 1 field:" + i);
      }
      hubAndClient(sides, source, target);
      sides.awaitEqual(source.address(), target.address(), 0);
      for (int i = 0; i < 30_000; i += 1_000) {
        assertThat(expiry(atTarget, "large", "field:" + i)).isEqualTo(Long.toString(later + i));
        assertThat(expiry(atTarget, "large", "field:" + (i + 1))).isEqualTo("-1");
      }
    }
  }

  @Test
  void aRandomWorkloadIsCopiedToANewerAndToAnOlderServer() {
    try (RedisServer source = RedisServer.startedFrom(newer);
        RedisServer same = RedisServer.startedFrom(newer);
        RedisServer older = RedisServer.startedFrom(RedisBinary.path());
        Sides sides = sides(source, same);
        Redis atSource = new Redis(source.port());
        Redis atOlder = new Redis(older.port());
        RandomWorkload workload = new RandomWorkload(8, source.port(), 0)) {
      workload.run(1_000, false);
      hubAndClient(sides, source, same, "--targets", older.address());
      workload.run(2_000, true);
      atSource.run("HSET fields a 1 b 2");
      atSource.run("HPEXPIRE fields 86400000 FIELDS 1 b");
      for (RedisServer target : List.of(same, older)) {
        sides.awaitEqual(source.address(), target.address(), 0);
      }
      assertThat(atOlder.run("HGET fields b")).isEqualTo("2");
    }
  }

  private Sides sides(RedisServer source, RedisServer target) {
    return new Sides(folder, source.port() + "-" + target.port());
  }

  private static void hubAndClient(
      Sides sides, RedisServer source, RedisServer target, String... more) {
    sides.hub("--databases", "0", "--plaindb", "0", "--redis", source.address());
    String[] options = new String[2 + more.length];
    options[0] = "--redis";
    options[1] = target.address();
    System.arraycopy(more, 0, options, 2, more.length);
    sides.client(options);
  }

  /** Unix milliseconds, "-1" = never. */
  private static String expiry(Redis redis, String key, String field) {
    return redis.run("HPEXPIRETIME " + key + " FIELDS 1 " + field).replaceAll("[\\[\\]]", "");
  }
}
