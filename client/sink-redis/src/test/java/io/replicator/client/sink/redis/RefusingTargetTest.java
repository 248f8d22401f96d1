package io.replicator.client.sink.redis;

import static io.replicator.client.sink.redis.SinkFixture.FEED;
import static io.replicator.client.sink.redis.SinkFixture.batch;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;
import static io.replicator.testing.testkit.SinkData.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lettuce.core.AclSetuserArgs;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.SinkException;
import io.replicator.api.SinkException.Category;
import io.replicator.api.Value;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.Secret;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Targets that cannot or do not want to: what is said, and that nothing is half done. */
final class RefusingTargetTest {

  @Test
  void saysThatNobodyAnswers() {
    RedisServer server = RedisServer.started();
    server.close();
    try (RedisSink sink =
        new RedisSink(RedisEndpoint.parse(server.address()), RedisSinkSettings.DEFAULTS)) {
      SinkException failure = failure(sink);
      assertThat(failure.category()).isEqualTo(Category.UNAVAILABLE);
      assertThat(failure).hasMessageContaining(server.address());
    }
  }

  @Test
  void refusesAReplica() {
    try (SinkFixture master = new SinkFixture();
        SinkFixture replica =
            new SinkFixture("--replicaof", "127.0.0.1 " + master.server().port());
        RedisSink sink = replica.sink()) {
      SinkException failure = failure(sink);
      assertThat(failure.category()).isEqualTo(Category.REFUSED);
      assertThat(failure).hasMessageContaining("replica");
    }
  }

  @Test
  void noticesWhenTheTargetBecomesAReplica() {
    try (SinkFixture master = new SinkFixture();
        SinkFixture target = new SinkFixture();
        RedisSink sink = target.sink()) {
      done(sink.open(FEED));
      target.redis().replicaof("127.0.0.1", master.server().port());

      assertThatThrownBy(() -> done(sink.apply(batch(put("k", "v")).build())))
          .isInstanceOfSatisfying(
              SinkException.class,
              failure -> assertThat(failure.category()).isEqualTo(Category.REFUSED))
          .hasMessageContaining("READONLY");
      assertThat(failure(sink).category()).isEqualTo(Category.REFUSED);
    }
  }

  @Test
  void appliesNothingOfABatchThatFindsNoMemory() {
    try (SinkFixture target = new SinkFixture("--maxmemory-policy", "noeviction");
        RedisSink sink = target.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("k", "old")).cursor(live("one")).build()));
      long used = Long.parseLong(field(target.redis().info("memory"), "used_memory"));
      target.redis().configSet("maxmemory", Long.toString(used + 3_000_000));
      Change[] changes = new Change[200];
      Value large = new Value.StringValue(new byte[100_000]);
      Arrays.setAll(changes, i -> put("large" + i, large));
      changes[0] = put("k", "new");

      assertThatThrownBy(() -> done(sink.apply(batch(changes).cursor(live("two")).build())))
          .isInstanceOfSatisfying(
              SinkException.class,
              failure -> assertThat(failure.category()).isEqualTo(Category.REFUSED))
          .hasMessageContaining("OOM")
          .hasMessageContaining("maxmemory");

      assertThat(target.redis().get(bytes("k"))).isEqualTo(bytes("old"));
      target.redis().configSet("maxmemory", "0");
      assertThat(done(sink.open(FEED))).isEqualTo(live("one"));
      done(sink.apply(batch(changes).cursor(live("two")).build()));
      assertThat(target.redis().get(bytes("k"))).isEqualTo(bytes("new"));
    }
  }

  @Test
  void saysAtOpenWhichPermissionIsMissing() {
    try (SinkFixture target = new SinkFixture()) {
      target
          .redis()
          .aclSetuser(
              "copier",
              AclSetuserArgs.Builder.on()
                  .addPassword("secret")
                  .allKeys()
                  .allCommands()
                  .removeCommand(io.lettuce.core.protocol.CommandType.ZADD));
      RedisEndpoint endpoint =
          RedisEndpoint.parse(target.server().address()).withLogin("copier", Secret.of("secret"));
      try (RedisSink sink = new RedisSink(endpoint, RedisSinkSettings.DEFAULTS)) {
        SinkException failure = failure(sink);
        assertThat(failure.category()).isEqualTo(Category.REFUSED);
        assertThat(failure)
            .hasMessageContaining("ZADD")
            .hasMessageContaining("NOPERM")
            .hasMessageContaining("ACL SETUSER");
      }
    }
  }

  @Test
  void appliesNothingIfAKeyIsNotPermitted() {
    try (SinkFixture target = new SinkFixture()) {
      target
          .redis()
          .aclSetuser(
              "copier",
              AclSetuserArgs.Builder.on()
                  .addPassword("secret")
                  .keyPattern("__replicator:*")
                  .keyPattern("quote:*")
                  .allCommands());
      RedisEndpoint endpoint =
          RedisEndpoint.parse(target.server().address()).withLogin("copier", Secret.of("secret"));
      try (RedisSink sink = new RedisSink(endpoint, RedisSinkSettings.DEFAULTS)) {
        done(sink.open(FEED));
        assertThatThrownBy(() ->
                done(
                    sink.apply(
                        batch(
                                put("quote:1", new Value.ListValue(java.util.List.of(bytes("x")))),
                                put("other", "v"))
                            .build())))
            .hasMessageContaining("NOPERM");
        assertThat(target.redis().dbsize()).isZero();
      }
    }
  }

  @Test
  void setsTheCursorBackIfACommandFailedInsideOfTheTransaction() {
    try (SinkFixture target = new SinkFixture();
        RedisSink sink = target.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("k", "old")).cursor(live("one")).build()));
      // a stream whose ids go backwards is the one thing that fails only when it is executed
      Value broken =
          new Value.StreamValue(
              java.util.List.of(
                  new Value.StreamEntry("5-5", java.util.List.of(bytes("f"), bytes("v"))),
                  new Value.StreamEntry("1-1", java.util.List.of(bytes("f"), bytes("v")))),
              "5-5",
              2,
              "0-0");

      assertThatThrownBy(
              () -> done(sink.apply(batch(put("x", broken)).cursor(live("two")).build())))
          .isInstanceOfSatisfying(
              SinkException.class,
              failure -> assertThat(failure.category()).isEqualTo(Category.BROKEN))
          .hasMessageContaining("XADD x");
      assertThat(done(sink.open(FEED))).isEqualTo(live("one"));
    }
  }

  @Test
  void givesUpOnATargetThatHangs() {
    try (SinkFixture target = new SinkFixture();
        RedisSink sink =
            target.sink(RedisSinkSettings.DEFAULTS.withCommandTimeout(Duration.ofSeconds(3)))) {
      done(sink.open(FEED));
      target.server().setStopped(true);
      try {
        assertThatThrownBy(() -> done(sink.apply(batch(put("k", "v")).build())))
            .isInstanceOfSatisfying(
                SinkException.class,
                failure -> assertThat(failure.category()).isEqualTo(Category.UNAVAILABLE))
            .hasMessageContaining("3000 ms");
      } finally {
        target.server().setStopped(false);
      }
      Await.until(
          Duration.ofSeconds(60),
          "the target can be used again",
          () -> {
            try {
              done(sink.open(FEED));
              return true;
            } catch (SinkException e) {
              return false;
            }
          });
      done(sink.apply(batch(put("k", "w")).build()));
      assertThat(target.redis().get(bytes("k"))).isEqualTo(bytes("w"));
    }
  }

  @Test
  void noticesThatTheTargetWasFlushed() {
    try (SinkFixture target = new SinkFixture();
        RedisSink sink = target.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("k", "v")).cursor(live("one")).build()));
      target.redis().flushall();

      assertThatThrownBy(() -> done(sink.apply(batch(put("l", "v")).cursor(live("two")).build())))
          .hasMessageContaining("flushed");
      assertThat(done(sink.open(FEED))).isEqualTo(Cursor.NONE);
    }
  }

  @Test
  void refusesADatabaseThatTheTargetDoesNotHave() {
    try (SinkFixture target = new SinkFixture("--databases", "4");
        RedisSink sink = target.sink(RedisSinkSettings.DEFAULTS.withDatabases(Map.of(0, 9)))) {
      SinkException failure = failure(sink);
      assertThat(failure.category()).isEqualTo(Category.REFUSED);
      assertThat(failure).hasMessageContaining("9");
    }
  }

  @Test
  void refusesTwoSourceDatabasesInOneTargetDatabase() {
    assertThatThrownBy(() -> RedisSinkSettings.DEFAULTS.withDatabases(Map.of(1, 3, 2, 3)))
        .hasMessageContaining("both go to target database 3");
    try (SinkFixture target = new SinkFixture();
        RedisSink sink = target.sink(RedisSinkSettings.DEFAULTS.withDatabases(Map.of(1, 3)))) {
      done(sink.open(new FeedId(1, "", KeyPatterns.ALL)));
      assertThatThrownBy(() -> done(sink.open(new FeedId(3, "", KeyPatterns.ALL))))
          .hasMessageContaining("both go to database 3");
    }
  }

  private static SinkException failure(RedisSink sink) {
    return catchThrowableOfType(SinkException.class, () -> done(sink.open(FEED)));
  }

  private static String field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).trim())
        .findFirst()
        .orElseThrow();
  }
}
