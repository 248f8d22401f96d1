package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.batch;
import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.hash;
import static io.replicator.testing.testkit.SinkData.list;
import static io.replicator.testing.testkit.SinkData.live;
import static io.replicator.testing.testkit.SinkData.part;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.remove;
import static io.replicator.testing.testkit.SinkData.set;
import static io.replicator.testing.testkit.SinkData.string;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands in the typed tables after batches. */
final class ValuesAtTargetTest {
  private static final byte[] BINARY = {(byte) 0xff, 0, (byte) 0xfe, 'x'};

  private final Rig rig = new Rig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void eachTypeIsReadBackAsItWas() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    for (Value value : samples()) {
      done(sink.apply(batch(put("k:" + value.typeName(), value)).build()));
      assertSame(copy, "k:" + value.typeName(), value, 0);
      assertThat(copy.difference(Rig.database(), Key.of("k:" + value.typeName()), value, 0, 0))
          .isEmpty();
    }
  }

  static List<Value> samples() {
    return List.of(
        string("text with ümläuts and 😀"),
        new Value.HashValue(
            List.of(
                new Value.Field(bytes("name"), bytes("Ada"), 0),
                new Value.Field(BINARY, BINARY, 0),
                new Value.Field(bytes(""), bytes(""), 0),
                new Value.Field(bytes("\\xff"), bytes("a mark of ours"), 0))),
        new Value.ListValue(List.of(bytes("b"), bytes("a"), BINARY, bytes("b"), bytes(""))),
        new Value.SetValue(List.of(bytes("one"), BINARY, bytes("\\x"), bytes(""))),
        new Value.SortedSetValue(
            List.of(
                new Value.ScoredMember(bytes("low"), Double.NEGATIVE_INFINITY),
                new Value.ScoredMember(bytes("b"), -0.0),
                new Value.ScoredMember(BINARY, 1e300),
                new Value.ScoredMember(bytes("a"), 0.0))),
        new Value.StreamValue(
            List.of(
                new Value.StreamEntry("1-0", List.of(bytes("f"), bytes("v"))),
                new Value.StreamEntry("1-1", List.of(bytes("f"), BINARY, bytes("f"), bytes(""))),
                new Value.StreamEntry(
                    "18446744073709551615-18446744073709551615", List.of(BINARY, bytes("v")))),
            "18446744073709551615-18446744073709551615",
            7,
            "0-3"),
        new Value.StreamValue(List.of(), "5-1", -1, "5-0"));
  }

  @Test
  void naturalQueriesFindText() {
    CassandraSink sink = rig.opened();
    done(
        sink.apply(
            batch(
                    put("quote:IBM", "{\"bid\":1}"),
                    put("user:1", hash("name", "Ada", "age", "36")),
                    put(
                        "board",
                        new Value.SortedSetValue(
                            List.of(
                                new Value.ScoredMember(bytes("ann"), 3),
                                new Value.ScoredMember(bytes("bob"), 9)))))
                .build()));

    assertThat(rig.rows("SELECT value FROM strings WHERE db = 0 AND key = 'quote:IBM'"))
        .extracting(row -> row.getString(0))
        .containsExactly("{\"bid\":1}");
    assertThat(
            rig.rows("SELECT value FROM hashes WHERE db = 0 AND key = 'user:1' AND field = 'name'"))
        .extracting(row -> row.getString(0))
        .containsExactly("Ada");
    assertThat(
            rig.rows(
                "SELECT member FROM sorted_sets WHERE db = 0 AND key = 'board'"
                    + " ORDER BY score DESC LIMIT 1"))
        .extracting(row -> row.getString(0))
        .containsExactly("bob");
  }

  @Test
  void keysThatAreNoUtf8StandAsHexDigitsAndNeverShareARow() {
    CassandraSink sink = rig.opened();
    Key binary = Key.of(BINARY);
    Key looksLikeIt = Key.of("\\xff00fe78");
    done(
        sink.apply(
            batch(
                    new Change.Put(binary, 1, string("binary"), 0),
                    new Change.Put(looksLikeIt, 1, string("text"), 0),
                    new Change.Put(Key.of(""), 1, string("empty"), 0))
                .build()));

    CassandraCopy copy = rig.copy();
    assertThat(text(copy, binary)).isEqualTo("binary");
    assertThat(text(copy, looksLikeIt)).isEqualTo("text");
    assertThat(text(copy, Key.of(""))).isEqualTo("empty");
    assertThat(rig.rows("SELECT value FROM strings WHERE db = 0 AND key = '\\xff00fe78'"))
        .extracting(row -> row.getString(0))
        .containsExactly("binary");
  }

  private static String text(CassandraCopy copy, Key key) {
    Value value = copy.read(Rig.database(), key, "string").orElseThrow().value();
    return new String(((Value.StringValue) value).bytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void aStringMayChangeBetweenTextAndBytes() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    for (byte[] value : List.of(bytes("text"), BINARY, bytes("again"), BINARY)) {
      done(sink.apply(batch(put("k", new Value.StringValue(value))).build()));
      assertSame(copy, "k", new Value.StringValue(value), 0);
    }
  }

  @Test
  void aKeyThatChangesItsTypeLeavesNothingBehind() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    List<Value> samples = samples();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 60; i++) {
      if (i % 20 == 10) {
        sink = rig.opened(); // what a process knew of its keys is gone
      }
      Value value = samples.get(random.nextInt(samples.size()));
      done(sink.apply(batch(put("k", value)).build()));
      assertSame(copy, "k", value, 0);
      assertThat(rig.tablesOf("k")).hasSize(1);
    }
    done(sink.apply(batch(remove("k")).build()));
    assertThat(rig.tablesOf("k")).isEmpty();
  }

  @Test
  void collectionsAreReplacedWholly() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    done(
        sink.apply(
            batch(
                    put("h", hash("a", "1", "b", "2")),
                    put("s", set("a", "b")),
                    put("l", list("1", "2", "3")))
                .build()));
    done(
        sink.apply(
            batch(put("h", hash("b", "3")), put("s", set("c")), put("l", list("9"))).build()));

    assertSame(copy, "h", hash("b", "3"), 0);
    assertSame(copy, "s", set("c"), 0);
    assertSame(copy, "l", list("9"), 0);
  }

  @Test
  void aKeyComesBackAfterItsRemoval() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    for (int i = 0; i < 20; i++) {
      done(sink.apply(batch(put("k", "v" + i), put("h", hash("f", "v" + i))).build()));
      assertSame(copy, "k", string("v" + i), 0);
      done(sink.apply(batch(remove("k"), remove("h")).build()));
      assertThat(rig.tablesOf("k")).isEmpty();
      assertThat(rig.tablesOf("h")).isEmpty();
    }
  }

  @Test
  void applyingABatchTwiceIsTheSameAsOnce() {
    Batch twice =
        batch(put("k", "v"), put("h", hash("a", "1")), remove("gone"), put("l", list("x", "y")))
            .build();
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("gone", "old"), put("h", hash("z", "0"))).build()));
    done(sink.apply(twice));
    CassandraSink restarted = rig.opened();
    done(restarted.apply(twice));

    CassandraCopy copy = rig.copy();
    assertSame(copy, "k", string("v"), 0);
    assertSame(copy, "h", hash("a", "1"), 0);
    assertSame(copy, "l", list("x", "y"), 0);
    assertThat(rig.tablesOf("gone")).isEmpty();
  }

  @Test
  void expiryIsATimeToLiveAndStandsInAColumn() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    long hour = System.currentTimeMillis() + 3_600_000;
    done(sink.apply(batch(put("k", string("v"), hour), put("h", hash("f", "v"), hour)).build()));
    assertSame(copy, "k", string("v"), hour);
    assertSame(copy, "h", hash("f", "v"), hour);
    Row row =
        rig.rows("SELECT ttl(value), ttl(version) FROM strings WHERE db = 0 AND key = 'k'")
            .getFirst();
    assertThat(row.getInt(0)).isBetween(3500, 3600);
    assertThat(row.getInt(1)).isBetween(3500, 3600);

    // PERSIST
    done(sink.apply(batch(put("k", string("v")), put("h", hash("f", "v"))).build()));
    assertSame(copy, "k", string("v"), 0);
    assertSame(copy, "h", hash("f", "v"), 0);
    assertThat(
            rig.rows("SELECT ttl(value) FROM strings WHERE db = 0 AND key = 'k'")
                .getFirst()
                .isNull(0))
        .isTrue();
  }

  @Test
  void whatExpiresIsGoneAtItsTimeAndWhatHasExpiredIsRemoved() {
    // The sink's clock stands still: however long this takes, nothing expires before it is written.
    java.time.Instant now = java.time.Instant.now();
    CassandraSink sink = new CassandraSink(rig.endpoint(), rig.settings(), () -> now);
    done(sink.open(feed()));
    long soon = now.toEpochMilli() + 1200;
    done(
        sink.apply(
            batch(put("soon", string("v"), soon), put("h", hash("f", "v"), soon), put("k", "old"))
                .build()));
    done(sink.apply(batch(put("k", string("v"), now.toEpochMilli() - 60_000)).build()));

    assertThat(rig.tablesOf("k")).isEmpty();
    Await.until(
        Duration.ofSeconds(60),
        "expired rows are gone",
        () -> rig.tablesOf("soon").isEmpty() && rig.tablesOf("h").isEmpty());
    assertThat(sink.counters().get(SinkCounter.EXPIRED_ON_ARRIVAL)).isEqualTo(1);
    sink.close();
  }

  @Test
  void fieldsOfAHashHaveExpiriesOfTheirOwn() {
    CassandraSink sink = rig.opened();
    long now = System.currentTimeMillis();
    Value value =
        new Value.HashValue(
            List.of(
                new Value.Field(bytes("stays"), bytes("1"), 0),
                new Value.Field(bytes("long"), bytes("2"), now + 3_600_000),
                new Value.Field(bytes("gone"), bytes("3"), now - 1)));
    done(sink.apply(batch(put("h", value, now + 7_200_000)).build()));

    Map<String, Integer> ttls = new HashMap<>();
    rig.rows("SELECT field, ttl(value) FROM hashes WHERE db = 0 AND key = 'h'")
        .forEach(row -> ttls.put(row.getString(0), row.getInt(1)));
    assertThat(ttls.keySet()).containsExactlyInAnyOrder("stays", "long");
    assertThat(ttls.get("stays")).isBetween(7000, 7200);
    assertThat(ttls.get("long")).isBetween(3500, 3600);
  }

  @Test
  void aLargeCollectionGoesInSeveralBatchesAndIsCompleteAtTheEnd() {
    CassandraSink sink = rig.opened(rig.settings().withSizes(1 << 20, 64 * 1024));
    CassandraCopy copy = rig.copy();
    Value large = fields(20_000, "large");
    done(sink.apply(batch(put("h", hash("old", "1"))).build()));
    done(sink.apply(batch(put("h", large)).build()));
    assertSame(copy, "h", large, 0);
    assertThat(rig.rows("SELECT complete, size FROM hashes WHERE db = 0 AND key = 'h' LIMIT 1"))
        .extracting(row -> row.getBoolean(0) + " " + row.getInt(1))
        .containsExactly("true 20000");
    assertThat(sink.counters().get(SinkCounter.LARGE)).isEqualTo(1);

    Value other = fields(10_000, "other");
    done(sink.apply(batch(put("h", other)).build()));
    assertSame(copy, "h", other, 0);
    done(sink.apply(batch(put("h", hash("small", "1"))).build()));
    assertSame(copy, "h", hash("small", "1"), 0);
    done(sink.apply(batch(put("h", large)).build()));
    done(sink.apply(batch(remove("h")).build()));
    assertThat(rig.tablesOf("h")).isEmpty();
  }

  private static Value fields(int count, String prefix) {
    List<Value.Field> fields = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      fields.add(new Value.Field(bytes(prefix + i), bytes("value " + i), 0));
    }
    return new Value.HashValue(fields);
  }

  @Test
  void slicesShowWithTheLastOneAndNotEarlier() {
    CassandraSink sink = rig.opened();
    CassandraCopy copy = rig.copy();
    done(sink.apply(batch(put("l", list("old"))).build()));
    done(sink.apply(batch(part("l", 0, false, list("a", "b"))).build()));
    done(sink.apply(batch(put("other", "x"), part("l", 1, false, list("c"))).build()));
    assertSame(copy, "l", list("old"), 0);
    done(sink.apply(batch(part("l", 2, true, list("d"))).build()));
    assertSame(copy, "l", list("a", "b", "c", "d"), 0);
  }

  @Test
  void slicesAfterARestartMustBeginAnew() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(part("l", 0, false, list("a"))).build()));
    CassandraSink restarted = rig.opened();
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> done(restarted.apply(batch(part("l", 1, true, list("b"))).build()))))
        .hasMessageContaining("slice 1 of key l came, but not the slices before it");
    done(restarted.open(feed()));
    done(restarted.apply(batch(part("l", 0, false, list("x"))).build()));
    done(restarted.apply(batch(part("l", 1, true, list("y"))).build()));
    assertSame(rig.copy(), "l", list("x", "y"), 0);
  }

  @Test
  void theCursorIsStoredAndComesBack() {
    CassandraSink sink = rig.sink();
    assertThat(done(sink.open(feed()))).isEqualTo(Cursor.NONE);
    done(sink.apply(batch().cursor(new Cursor(bytes("live"), bytes("back"))).begin().build()));
    done(sink.apply(batch(put("k", "v")).cursor(live("later")).build()));

    assertThat(done(rig.sink().open(feed()))).isEqualTo(new Cursor(bytes("later"), bytes("back")));
  }

  @Test
  void writeTimestampsGrowOverRestarts() {
    long before = 0;
    for (int i = 0; i < 4; i++) {
      CassandraSink sink = rig.opened();
      for (int j = 0; j < 3; j++) {
        done(sink.apply(batch(put("k", "v" + i + "." + j)).build()));
        long micros =
            rig.rows("SELECT writetime(value) FROM strings WHERE db = 0 AND key = 'k'")
                .getFirst()
                .getLong(0);
        assertThat(micros).isGreaterThan(before);
        before = micros;
      }
    }
  }

  @Test
  void aClockThatIsSetBackDoesNotHideWhatIsNewer() {
    CassandraSink ahead =
        new CassandraSink(
            rig.endpoint(), rig.settings(), () -> java.time.Instant.now().plusSeconds(86_400));
    done(ahead.open(feed()));
    done(ahead.apply(batch(put("k", "old"), put("gone", "old"), put("h", hash("a", "1"))).build()));
    ahead.close();
    CassandraSink now = rig.opened();
    done(now.apply(batch(put("k", "new"), remove("gone"), put("h", hash("b", "2"))).build()));

    CassandraCopy copy = rig.copy();
    assertSame(copy, "k", string("new"), 0);
    assertSame(copy, "h", hash("b", "2"), 0);
    assertThat(rig.tablesOf("gone")).isEmpty();
  }

  private static void assertSame(
      CassandraCopy copy, String key, Value value, long expiresAtMillis) {
    Optional<CassandraCopy.Held> held = copy.read(Rig.database(), Key.of(key), value.typeName());
    assertThat(held).as(key).isPresent();
    assertThat(ValueHash.of(held.get().value(), held.get().expiresAtMillis()))
        .as("%s: %s", key, held.get().value())
        .isEqualTo(ValueHash.of(value, expiresAtMillis));
    assertThat(held.get().complete()).isTrue();
  }
}
