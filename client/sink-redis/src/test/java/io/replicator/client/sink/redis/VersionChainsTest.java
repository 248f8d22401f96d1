package io.replicator.client.sink.redis;

import static io.replicator.client.sink.redis.SinkFixture.FEED;
import static io.replicator.client.sink.redis.SinkFixture.batch;
import static io.replicator.client.sink.redis.SinkFixture.text;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.remove;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.KeyValue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Version chains at the target: the source's, and one of the target's own. */
final class VersionChainsTest {
  private static final RedisSinkSettings LOCAL =
      RedisSinkSettings.DEFAULTS.withLocalVersions(true, Duration.ofHours(2));

  private final SinkFixture fixture = new SinkFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  /** Invariant I8. */
  @Test
  void showsAVersionOnlyWhenEverythingOfItIsThere() {
    try (RedisSink sink = fixture.sink();
        StatefulRedisConnection<byte[], byte[]> reader = fixture.anotherConnection()) {
      done(sink.open(FEED));
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger seen = new AtomicInteger();
      CompletableFuture<Void> reading =
          CompletableFuture.runAsync(() -> readUntil(reader, stop, seen));
      int last = 0;
      while (last < 500 || (seen.get() < 10 && !reading.isDone())) {
        int version = ++last;
        Key a = Key.of("a");
        Key b = Key.of("b");
        Batch.VersionChain chain =
            new Batch.VersionChain(
                version, List.of(new Batch.VersionList(version, List.of(a, b), 0)));
        done(
            sink.apply(batch(put("a", "" + version), put("b", "" + version)).chain(chain).build()));
      }
      stop.set(true);
      reading.join();
      assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("" + last);
      assertThat(list("version:" + last)).containsExactly("a", "b");
    }
  }

  @Test
  void writesListsOfTheSourceOnceHoweverOftenTheyAreApplied() {
    long at = System.currentTimeMillis() + 500_000;
    Batch.VersionChain chain =
        new Batch.VersionChain(
            9,
            List.of(
                new Batch.VersionList(8, List.of(Key.of("a")), at),
                new Batch.VersionList(9, List.of(), 0)));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).chain(chain).build()));
      done(sink.apply(batch(put("a", "1")).chain(chain).build()));
    }
    assertThat(list("version:8")).containsExactly("a");
    assertThat(fixture.redis().pexpiretime(bytes("version:8"))).isEqualTo(at);
    assertThat(list("version:9")).containsExactly("version");
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("9");
  }

  @Test
  void keepsTheChainWhenLeftoversGo() {
    fixture.redis().set(bytes("version:99"), bytes("of another history"));
    fixture.redis().set(bytes("old"), bytes("1"));
    Batch.VersionChain chain =
        new Batch.VersionChain(5, List.of(new Batch.VersionList(5, List.of(Key.of("a")), 0)));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().end().chain(chain).build()));
      done(sink.removeLeftovers(FEED, keys -> CompletableFuture.completedFuture(new BitSet())));
    }
    assertThat(fixture.redis().exists(bytes("version"), bytes("version:5"), bytes("a")))
        .isEqualTo(3);
    assertThat(fixture.redis().exists(bytes("version:99"), bytes("old"))).isZero();
  }

  /** Invariant I8: what the version deleted may still be among the leftovers. */
  @Test
  void showsTheVersionOfASnapshotOnlyWhenItsLeftoversAreGone() {
    fixture.redis().mset(Map.of(bytes("old"), bytes("1"), bytes("version"), bytes("3")));
    Batch.VersionChain chain =
        new Batch.VersionChain(5, List.of(new Batch.VersionList(5, List.of(Key.of("b")), 0)));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().end().build()));
      done(sink.apply(batch(put("b", "1")).chain(chain).build()));
      assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("3");
    }
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.removeLeftovers(FEED, VersionChainsTest::presentButOld));
    }
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("5");
    assertThat(list("version:5")).containsExactly("b");
    assertThat(fixture.redis().exists(bytes("old"))).isZero();
  }

  private static CompletableFuture<BitSet> presentButOld(List<Key> keys) {
    BitSet present = new BitSet();
    for (int i = 0; i < keys.size(); i++) {
      present.set(i, !keys.get(i).equals(Key.of("old")));
    }
    return CompletableFuture.completedFuture(present);
  }

  @Test
  void givesTheTargetAChainThatTellsEveryChange() {
    try (RedisSink sink = fixture.sink(LOCAL)) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1"), put("b", "1")).backfill().begin().build()));
      assertThat(fixture.redis().exists(bytes("version"))).isZero();
      done(sink.apply(batch(put("c", "1")).backfill().end().build()));
      done(sink.apply(batch(put("a", "2"), remove("b")).build()));
      done(sink.apply(batch().build()));
      done(sink.apply(batch(put("d", "1")).backfill().build()));
    }
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("3");
    assertThat(list("version:1")).containsExactly("c");
    assertThat(list("version:2")).containsExactlyInAnyOrder("a", "b");
    assertThat(list("version:3")).containsExactly("d");
    assertThat(fixture.redis().pttl(bytes("version:2"))).isBetween(7_100_000L, 7_200_000L);
  }

  @Test
  void continuesTheTargetsOwnChainAndIgnoresTheSources() {
    fixture.redis().set(bytes("version"), bytes("41"));
    Batch.VersionChain chain =
        new Batch.VersionChain(7, List.of(new Batch.VersionList(7, List.of(Key.of("a")), 0)));
    try (RedisSink sink = fixture.sink(LOCAL)) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).chain(chain).build()));
    }
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("42");
    assertThat(list("version:42")).containsExactly("a");
    assertThat(fixture.redis().exists(bytes("version:7"))).isZero();
  }

  @Test
  void leavesOutSourceKeysThatLookLikeAChain() {
    try (RedisSink sink = fixture.sink(LOCAL)) {
      done(sink.open(FEED));
      done(
          sink.apply(
              batch(
                      put("version", "900"),
                      put("version:17", "x"),
                      put("version:", "kept"),
                      put("versions", "kept"))
                  .build()));
      assertThat(sink.counters().get(SinkCounter.CHAIN_KEYS_SKIPPED)).isEqualTo(2);
    }
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("1");
    assertThat(list("version:1")).containsExactlyInAnyOrder("version:", "versions");
  }

  @Test
  void tellsRemovedLeftoversInTheTargetsOwnChain() {
    fixture.redis().mset(Map.of(bytes("old"), bytes("1"), bytes("version"), bytes("3")));
    try (RedisSink sink = fixture.sink(LOCAL)) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().build()));
      done(sink.apply(batch().backfill().end().build()));
      done(sink.removeLeftovers(FEED, keys -> CompletableFuture.completedFuture(new BitSet())));
    }
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("6");
    assertThat(list("version:4")).containsExactly("a");
    assertThat(list("version:5")).containsExactly("version");
    assertThat(list("version:6")).containsExactly("old");
  }

  @RepeatedTest(5)
  void takesNoVersionTwiceWhenTwoFeedsAndAnotherClientWrite() {
    FeedId left = new FeedId(0, "", KeyPatterns.of(List.of("l:*"), List.of()));
    FeedId right = new FeedId(0, "", KeyPatterns.of(List.of("r:*"), List.of()));
    try (RedisSink sink = fixture.sink(LOCAL);
        RedisSink other = fixture.sink(LOCAL)) {
      done(sink.open(left));
      done(sink.open(right));
      done(other.open(FEED));
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(write(sink, left, "l:" + i));
        all.add(write(sink, right, "r:" + i));
        all.add(write(other, FEED, "o:" + i));
      }
      all.forEach(CompletableFuture::join);
    }
    assertThat(text(fixture.redis().get(bytes("version")))).isEqualTo("300");
    Set<String> told = new HashSet<>();
    for (int version = 1; version <= 300; version++) {
      told.addAll(list("version:" + version));
    }
    assertThat(told).hasSize(300);
  }

  @Test
  void saysWhatIsWrongWithAVersionThatIsNoNumber() {
    fixture.redis().set(bytes("version"), bytes("v1.2"));
    try (RedisSink sink = fixture.sink(LOCAL)) {
      done(sink.open(FEED));
      assertThatThrownBy(() -> done(sink.apply(batch(put("a", "1")).build())))
          .isInstanceOf(SinkException.class)
          .hasMessageContaining("'v1.2'")
          .hasMessageContaining("number expected");
    }
  }

  private static CompletableFuture<?> write(RedisSink sink, FeedId feed, String key) {
    return sink.apply(batch(new Change[] {put(key, "v")}).feed(feed).build()).toCompletableFuture();
  }

  /** How many reads saw a version; fails if one saw values of a version below it. */
  private static void readUntil(
      StatefulRedisConnection<byte[], byte[]> reader, AtomicBoolean stop, AtomicInteger seen) {
    while (!stop.get()) {
      List<KeyValue<byte[], byte[]>> values =
          reader.sync().mget(bytes("version"), bytes("a"), bytes("b"));
      if (values.getFirst().hasValue()) {
        seen.incrementAndGet();
        int version = Integer.parseInt(text(values.getFirst().getValue()));
        assertThat(Integer.parseInt(text(values.get(1).getValue()))).isEqualTo(version);
        assertThat(Integer.parseInt(text(values.get(2).getValue()))).isEqualTo(version);
      }
    }
  }

  private List<String> list(String key) {
    return fixture.redis().lrange(bytes(key), 0, -1).stream().map(SinkFixture::text).toList();
  }
}
