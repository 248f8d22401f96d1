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

import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Sink.Presence;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a snapshot over old data leaves at the target, with a real Redis. */
final class LeftoversTest {
  /** The source has none of the keys that the snapshot did not bring. */
  private static final Presence NOTHING_THERE =
      keys -> CompletableFuture.completedFuture(new BitSet());

  private final SinkFixture fixture = new SinkFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void removesWhatTheSnapshotDidNotBring() {
    fixture.redis().mset(Map.of(bytes("old"), bytes("1"), bytes("both"), bytes("1")));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().build()));
      assertThat(keys()).containsExactly("a", "both", "old");
      done(sink.apply(batch(put("both", "2")).build()));
      done(sink.apply(batch(put("b", "1")).backfill().end().build()));
      assertThat(sink.owesLeftovers(FEED)).isTrue();

      assertThat(done(sink.removeLeftovers(FEED, NOTHING_THERE))).isEqualTo(1);
      assertThat(keys()).containsExactly("a", "b", "both");
      assertThat(sink.owesLeftovers(FEED)).isFalse();
      assertThat(done(sink.removeLeftovers(FEED, NOTHING_THERE))).isZero();
      done(sink.open(FEED));
      assertThat(sink.owesLeftovers(FEED)).isFalse();
    }
  }

  @Test
  void keepsAKeyThatTheLiveLaneStillOwes() {
    fixture.redis().mset(Map.of(bytes("old"), bytes("0"), bytes("owed"), bytes("0")));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      // "owed" changed during the load, so the snapshot left it to the live lane
      done(sink.apply(batch(put("a", "1")).backfill().begin().end().build()));
      Presence hub = hubWith(Set.of("owed"), new HashSet<>());

      assertThat(done(sink.removeLeftovers(FEED, hub))).isEqualTo(1);
      assertThat(keys()).containsExactly("a", "owed");
    }
  }

  @Test
  void owesNothingIfTheTargetWasEmpty() {
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().build()));
      done(sink.apply(batch(put("b", "1")).backfill().end().build()));
      assertThat(sink.owesLeftovers(FEED)).isFalse();
    }
  }

  @Test
  void asksTheHubAboutWhatARestartForgot() {
    fixture.redis().mset(Map.of(bytes("old"), bytes("1"), bytes("unchanged"), bytes("1")));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1"), put("unchanged", "1")).backfill().begin().build()));
    }
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      assertThat(sink.owesLeftovers(FEED)).isFalse();
      done(sink.apply(batch(put("b", "1")).backfill().end().build()));
    }
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      assertThat(sink.owesLeftovers(FEED)).isTrue();
      Set<String> asked = new HashSet<>();
      assertThat(done(sink.removeLeftovers(FEED, hubWith(Set.of("a", "b", "unchanged"), asked))))
          .isEqualTo(1);
      assertThat(asked).containsExactlyInAnyOrder("a", "b", "old", "unchanged");
      assertThat(keys()).containsExactly("a", "b", "unchanged");
    }
  }

  @Test
  void asksTheHubAboutWhatItHasNoRoomToRemember() {
    fixture.redis().set(bytes("old"), bytes("1"));
    try (RedisSink sink = fixture.sink(RedisSinkSettings.DEFAULTS.withLeftoverMemoryKeys(10))) {
      done(sink.open(FEED));
      Change[] changes = new Change[5000];
      Arrays.setAll(changes, i -> put("k" + i, "v"));
      done(sink.apply(batch(changes).backfill().begin().end().build()));
      Set<String> source = new HashSet<>();
      for (int i = 0; i < 5000; i++) {
        source.add("k" + i);
      }
      Set<String> asked = new HashSet<>();

      assertThat(done(sink.removeLeftovers(FEED, hubWith(source, asked)))).isEqualTo(1);
      assertThat(asked).hasSize(4991).contains("old");
      assertThat(keys()).hasSize(5000).doesNotContain("old");
    }
  }

  @Test
  void keepsWhatIsAppliedWhileItRemoves() {
    fixture.redis().mset(Map.of(bytes("old"), bytes("1"), bytes("returns"), bytes("1")));
    try (RedisSink sink = fixture.sink(RedisSinkSettings.DEFAULTS.withLeftoverMemoryKeys(0))) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().end().build()));
      // the key comes back at the source after the hub was asked and before its answer is used
      Presence presence =
          keys ->
              sink.apply(batch(put("returns", "2")).build())
                  .thenApply(applied -> present(keys, Set.of("a")));

      done(sink.removeLeftovers(FEED, presence));
      assertThat(keys()).containsExactly("a", "returns");
      assertThat(text(fixture.redis().get(bytes("returns")))).isEqualTo("2");
    }
  }

  @Test
  void goesOnAfterAFailureInTheMiddle() {
    fixture.redis().set(bytes("old"), bytes("1"));
    try (RedisSink sink = fixture.sink(RedisSinkSettings.DEFAULTS.withLeftoverMemoryKeys(0))) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().end().build()));
      Presence lost =
          keys -> CompletableFuture.failedFuture(new IllegalStateException("link lost"));
      assertThatThrownBy(() -> done(sink.removeLeftovers(FEED, lost)))
          .hasMessageContaining("link lost");
      assertThat(sink.owesLeftovers(FEED)).isTrue();

      done(sink.open(FEED));
      assertThat(done(sink.removeLeftovers(FEED, hubWith(Set.of("a"), new HashSet<>()))))
          .isEqualTo(1);
    }
  }

  @Test
  void touchesOnlyKeysOfTheFeedUnderItsPrefix() {
    FeedId quotes = new FeedId(3, "", KeyPatterns.of(List.of("q:*"), List.of("q:x*")));
    RedisSinkSettings settings =
        RedisSinkSettings.DEFAULTS.withDatabases(Map.of(3, 5)).withPrefix("far[1]:");
    fixture.redis().select(5);
    for (String key :
        List.of("q:1", "far[1]:q:old", "far[1]:q:xold", "far[1]:other", "far1:q:old")) {
      fixture.redis().set(bytes(key), bytes("1"));
    }
    try (RedisSink sink = fixture.sink(settings)) {
      done(sink.open(quotes));
      done(sink.apply(batch(put("q:new", "1")).feed(quotes).backfill().begin().end().build()));
      assertThat(done(sink.removeLeftovers(quotes, NOTHING_THERE))).isEqualTo(1);
    }
    assertThat(keys())
        .containsExactly("far1:q:old", "far[1]:other", "far[1]:q:new", "far[1]:q:xold", "q:1");
    fixture.redis().select(0);
    assertThat(fixture.redis().dbsize()).isZero();
  }

  @Test
  void asksWhatANamedCollectionCovers() {
    FeedId named = new FeedId(0, "quotes", KeyPatterns.ALL);
    fixture.redis().mset(Map.of(bytes("quote:old"), bytes("1"), bytes("other"), bytes("1")));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(named));
      done(sink.apply(batch(put("quote:1", "1")).feed(named).backfill().begin().end().build()));
      Presence presence =
          new Presence() {
            @Override
            public CompletionStage<BitSet> present(List<Key> keys) {
              return NOTHING_THERE.present(keys);
            }

            @Override
            public boolean covers(byte[] key) {
              return text(key).startsWith("quote:");
            }
          };
      assertThat(done(sink.removeLeftovers(named, presence))).isEqualTo(1);
    }
    assertThat(keys()).containsExactly("other", "quote:1");
  }

  @Test
  void beginsAnewWithASecondSnapshot() {
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("first", "1"), put("both", "1")).backfill().begin().build()));
      done(sink.apply(batch(put("both", "2")).backfill().begin().end().build()));
      done(sink.removeLeftovers(FEED, NOTHING_THERE));
      assertThat(keys()).containsExactly("both");
    }
  }

  @Test
  void forgetsARemovedKeyOnlyWhereItIsGone() {
    fixture.redis().set(bytes("old"), bytes("1"));
    try (RedisSink sink = fixture.sink()) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1"), put("b", "1")).backfill().begin().build()));
      done(sink.apply(batch(remove("a")).build()));
      done(sink.apply(batch().backfill().end().build()));
      done(sink.removeLeftovers(FEED, NOTHING_THERE));
      assertThat(keys()).containsExactly("b");
    }
  }

  @Test
  void flushesTheOriginalWayIfAskedTo() {
    fixture.redis().set(bytes("old"), bytes("1"));
    try (RedisSink sink = fixture.sink(RedisSinkSettings.DEFAULTS.withFlush(true))) {
      done(sink.open(FEED));
      done(sink.apply(batch(put("a", "1")).backfill().begin().build()));
      assertThat(keys()).containsExactly("a");
      done(sink.apply(batch(put("b", "1")).backfill().end().build()));
      assertThat(sink.owesLeftovers(FEED)).isFalse();
      assertThat(done(sink.open(FEED))).isNotEqualTo(Cursor.NONE);
    }
  }

  @Test
  void flushesOnlyTheKeysOfAPartialFeed() {
    FeedId quotes = new FeedId(0, "", KeyPatterns.of(List.of("q:*"), List.of()));
    fixture.redis().mset(Map.of(bytes("q:old"), bytes("1"), bytes("other"), bytes("1")));
    try (RedisSink sink = fixture.sink(RedisSinkSettings.DEFAULTS.withFlush(true))) {
      done(sink.open(quotes));
      done(sink.apply(batch(put("q:a", "1")).feed(quotes).backfill().begin().end().build()));
      assertThat(keys()).containsExactly("other", "q:a");
      assertThat(sink.owesLeftovers(quotes)).isFalse();
    }
  }

  @Test
  void flushesOfACollectionWhatTheHubSaysItHolds() {
    FeedId quotes = new FeedId(0, "quotes", KeyPatterns.ALL);
    fixture.redis().mset(Map.of(bytes("q:old"), bytes("1"), bytes("other"), bytes("1")));
    try (RedisSink sink = fixture.sink(RedisSinkSettings.DEFAULTS.withFlush(true))) {
      done(sink.open(quotes));
      sink.granted(quotes, key -> text(key).startsWith("q:"));
      done(sink.apply(batch(put("q:a", "1")).feed(quotes).backfill().begin().build()));
      assertThat(keys()).containsExactly("other", "q:a");
      done(sink.apply(batch(put("q:b", "1")).feed(quotes).backfill().end().build()));
      assertThat(sink.owesLeftovers(quotes)).isFalse();
    }
  }

  private Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (byte[] key : fixture.redis().keys("*")) {
      if (!text(key).startsWith("__replicator:")) {
        keys.add(text(key));
      }
    }
    return keys;
  }

  private static Presence hubWith(Set<String> source, Set<String> asked) {
    return keys -> {
      keys.forEach(key -> asked.add(text(key.bytes())));
      return CompletableFuture.completedFuture(present(keys, source));
    };
  }

  private static BitSet present(List<Key> keys, Set<String> source) {
    BitSet present = new BitSet();
    for (int i = 0; i < keys.size(); i++) {
      present.set(i, source.contains(text(keys.get(i).bytes())));
    }
    return present;
  }
}
