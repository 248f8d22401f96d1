package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.batch;
import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.hash;
import static io.replicator.testing.testkit.SinkData.list;
import static io.replicator.testing.testkit.SinkData.part;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.set;
import static io.replicator.testing.testkit.SinkData.string;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Sink;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the tables hold is told with the hashes that the source has, and strays go. */
final class HoldingsTest {
  private static final long EXPIRES = 4_000_000_000_123L;

  private final Rig rig = new Rig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void everyTypeIsToldWithTheHashOfItsValue() {
    Map<String, Value> values = new LinkedHashMap<>();
    values.put("text", string("héllo"));
    values.put("bytes", new Value.StringValue(new byte[] {(byte) 0xff, 0, 1}));
    values.put("hash", hash("b", "2", "a", "1"));
    values.put("list", list("x", "y", "x"));
    values.put("set", set("m", "n"));
    values.put(
        "zset",
        new Value.SortedSetValue(
            List.of(
                new Value.ScoredMember(bytes("low"), -0.0),
                new Value.ScoredMember(bytes("high"), 1e300))));
    values.put(
        "stream",
        new Value.StreamValue(
            List.of(new Value.StreamEntry("5-1", List.of(bytes("f"), bytes("v")))),
            "7-0",
            2,
            "6-0"));
    values.put("\\x mark", string("a key like those that are not text"));
    CassandraSink sink = rig.opened();
    List<io.replicator.api.Change> changes = new ArrayList<>();
    values.forEach((key, value) -> changes.add(put(key, value)));
    changes.add(put("expires", set("m"), EXPIRES));
    done(sink.apply(batch(changes.toArray(io.replicator.api.Change[]::new)).build()));

    Map<String, Long> expected = new HashMap<>();
    values.forEach((key, value) -> expected.put(Key.of(key).toString(), ValueHash.of(value, 0)));
    expected.put("expires", ValueHash.of(set("m"), EXPIRES));
    assertThat(held(sink)).isEqualTo(expected);
    assertThat(rig.opened().holdsData(feed())).isTrue();
  }

  @Test
  void partitionsOfManyRowsAreHashedAcrossPages() {
    List<byte[]> elements = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      elements.add(bytes("element-" + i));
    }
    Value large = new Value.ListValue(elements);
    CassandraSink sink = rig.opened(rig.settings().withSizes(8 << 20, 16 << 10));
    done(sink.apply(batch(put("large", large), put("next", list("a"))).build()));

    assertThat(held(sink))
        .isEqualTo(Map.of("large", ValueHash.of(large, 0), "next", ValueHash.of(list("a"), 0)));
  }

  @Test
  void aDeadLetterIsToldWithTheHashOfWhatDidNotFit() {
    Value module = new Value.OpaqueValue("bloom", new byte[40]);
    Value slice = string("x".repeat(900));
    CassandraSink sink = rig.opened(rig.settings().withSizes(1024, 1 << 20));
    done(
        sink.apply(
            batch(
                    put("module", module),
                    put("long", string("y".repeat(2000))),
                    part("parts", 0, false, slice))
                .build()));
    for (int i = 1; i < 12; i++) {
      done(sink.apply(batch(part("parts", i, i == 11, slice)).build()));
    }

    assertThat(rig.tablesOf("parts")).containsExactly("dead_letters");
    assertThat(held(sink))
        .isEqualTo(
            Map.of(
                "module", ValueHash.of(module, 0),
                "long", ValueHash.of(string("y".repeat(2000)), 0),
                "parts", ValueHash.of(string("x".repeat(900 * 12)), 0)));
  }

  @Test
  void whatSomebodyDidToTheTablesIsToldAsItIs() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("k", "1"), put("h", hash("a", "1", "b", "2"))).build()));
    int db = Rig.database();
    rig.run("UPDATE KS.strings SET value = 'tampered' WHERE db = " + db + " AND key = 'k'");
    rig.run("DELETE FROM KS.hashes WHERE db = " + db + " AND key = 'h' AND field = 'b'");
    rig.run("INSERT INTO KS.strings (db, key, value) VALUES (" + db + ", 'stray', 'x')");

    assertThat(held(sink))
        .isEqualTo(
            Map.of(
                "k", ValueHash.of(string("tampered"), 0),
                "h", ValueHash.of(hash("a", "1"), 0),
                "stray", ValueHash.of(string("x"), 0)));
  }

  @Test
  void aCollectionThatIsBeingWrittenIsNotThereYet() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("s", set("a")), put("k", "1")).build()));
    rig.run("UPDATE KS.sets SET complete = false WHERE db = " + Rig.database() + " AND key = 's'");

    assertThat(held(sink).keySet()).containsExactly("k");
  }

  @Test
  void readingEndsWhenNoMoreIsWantedAndTellsOnlyWhatTheFeedCovers() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("a:1", "1"), put("a:2", "1"), put("b:1", "1")).build()));
    Map<String, Long> some = new HashMap<>();

    done(
        sink.read(
            feed(),
            key -> key[0] == 'a',
            true,
            1_000_000,
            (keys, hashes) -> {
              keys.forEach(key -> some.put(Key.of(key).toString(), 0L));
              return false;
            }));

    assertThat(some.keySet()).containsExactlyInAnyOrder("a:1", "a:2");
  }

  @Test
  void straysGoAndWhatIsAppliedMeanwhileStays() {
    CassandraSink sink = rig.opened();
    done(
        sink.apply(
            batch(put("gone", hash("f", "v")), put("there", "1"), put("back", "old")).build()));
    Sink.Presence hub =
        keys -> {
          BitSet present = new BitSet();
          for (int i = 0; i < keys.size(); i++) {
            present.set(i, keys.get(i).toString().equals("there"));
          }
          done(sink.apply(batch(put("back", "new")).build()));
          return CompletableFuture.completedFuture(present);
        };

    long removed =
        done(
            sink.removeStrays(
                feed(), List.of(Key.of("gone"), Key.of("there"), Key.of("back")), hub));

    assertThat(removed).isEqualTo(2); // the deletion of "back" hides nothing
    assertThat(held(sink))
        .isEqualTo(
            Map.of("there", ValueHash.of(string("1"), 0), "back", ValueHash.of(string("new"), 0)));
  }

  @Test
  void afterAReconcileNothingIsOwed() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("k", "1")).chain(3).build()));
    done(sink.apply(batch().begin().build()));
    done(sink.apply(batch().backfill().end().chain(5).build()));
    assertThat(sink.owesLeftovers(feed())).isTrue();

    done(sink.reconciled(feed()));

    assertThat(sink.owesLeftovers(feed())).isFalse();
    assertThat(rig.opened().owesLeftovers(feed())).isFalse();
    assertThat(rig.rows("SELECT version FROM versions WHERE db = 0").getFirst().getLong(0))
        .isEqualTo(5);
  }

  @Test
  void rowsOfTablesOfOnesOwnTellNothingAndOtherDatabasesDo() {
    Map<String, String> columns = new LinkedHashMap<>(Map.of("symbol", "text"));
    columns.put("bid", "double");
    KeyMapping mapping =
        new KeyMapping(
            Rig.database(), "quote:{symbol}", "told" + Rig.database(), columns, Map.of());
    CassandraSink sink = rig.sink(rig.settings().withMappings(List.of(mapping)));

    assertThat(sink.tells(feed())).isFalse();
    assertThat(sink.tells(new io.replicator.api.FeedId(Rig.database() + 1, "", KeyPatterns.ALL)))
        .isTrue();
  }

  private static Map<String, Long> held(CassandraSink sink) {
    Map<String, Long> held = new HashMap<>();
    done(
        sink.read(
            feed(),
            key -> true,
            true,
            0,
            (keys, hashes) -> {
              assertThat(hashes).hasSize(keys.size());
              for (int i = 0; i < keys.size(); i++) {
                assertThat(held.put(Key.of(keys.get(i)).toString(), hashes[i])).isNull();
              }
              return true;
            }));
    return held;
  }
}
