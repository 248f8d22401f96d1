package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.batch;
import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.hash;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Sink;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an ended snapshot did not bring goes, and nothing else. */
final class LeftoversTest {
  private final Rig rig = new Rig();

  @AfterEach
  void close() {
    rig.close();
  }

  /** A hub that has these keys, and what it was asked. */
  private static final class Hub implements Sink.Presence {
    private final Set<String> has;
    private final List<String> asked = new ArrayList<>();
    private Runnable whenAsked = () -> {};

    Hub(String... keys) {
      has = Set.of(keys);
    }

    @Override
    public CompletionStage<BitSet> present(List<Key> keys) {
      whenAsked.run();
      BitSet present = new BitSet();
      for (int i = 0; i < keys.size(); i++) {
        asked.add(keys.get(i).toString());
        present.set(i, has.contains(keys.get(i).toString()));
      }
      return CompletableFuture.completedFuture(present);
    }
  }

  @Test
  void aFirstLoadOwesNothing() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch().begin().build()));
    done(sink.apply(batch(put("a", "1")).backfill().end().build()));

    assertThat(sink.owesLeftovers(feed())).isFalse();
    assertThat(sink.counters().get(SinkCounter.DELETES)).isZero();
  }

  @Test
  void keysThatTheSnapshotDidNotBringAreRemovedFromEveryTable() {
    CassandraSink sink = rig.opened();
    done(
        sink.apply(
            batch(
                    put("old:string", "1"),
                    put("old:hash", hash("f", "v")),
                    put("old:set", set("a", "b")),
                    put("kept", "1"),
                    put("owed", "1"))
                .build()));
    done(sink.apply(batch().begin().build()));
    done(sink.apply(batch(put("kept", "2"), put("new", "1")).backfill().end().build()));
    assertThat(sink.owesLeftovers(feed())).isTrue();

    Hub hub = new Hub("kept", "new", "owed");
    assertThat(done(sink.removeLeftovers(feed(), hub))).isEqualTo(3);

    assertThat(hub.asked).containsExactlyInAnyOrder("old:string", "old:hash", "old:set", "owed");
    assertThat(sink.owesLeftovers(feed())).isFalse();
    for (String gone : List.of("old:string", "old:hash", "old:set")) {
      assertThat(rig.tablesOf(gone)).as(gone).isEmpty();
    }
    for (String there : List.of("kept", "new", "owed")) {
      assertThat(rig.tablesOf(there)).as(there).containsExactly("strings");
    }
  }

  @Test
  void theRemovalIsOwedUntilItIsDoneWhoeverIsKilled() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("old", "1")).build()));
    done(sink.apply(batch().begin().build()));
    CassandraSink second = rig.opened();
    done(second.apply(batch(put("kept", "2")).backfill().end().build()));
    CassandraSink third = rig.opened();

    assertThat(third.owesLeftovers(feed())).isTrue();
    assertThat(done(third.removeLeftovers(feed(), new Hub("kept")))).isEqualTo(1);
    assertThat(rig.tablesOf("old")).isEmpty();
    assertThat(rig.opened().owesLeftovers(feed())).isFalse();
  }

  @Test
  void whatIsAppliedMeanwhileStays() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("k", "old"), put("h", hash("a", "1"))).build()));
    done(sink.apply(batch().begin().build()));
    done(sink.apply(batch().backfill().end().build()));
    Hub hub = new Hub();
    // The hub's answer is old when it arrives: the keys come back before the deletion.
    hub.whenAsked =
        () -> done(sink.apply(batch(put("k", "new"), put("h", hash("b", "2"))).build()));

    done(sink.removeLeftovers(feed(), hub));

    assertThat(rig.rows("SELECT value FROM strings WHERE db = 0 AND key = 'k'"))
        .extracting(row -> row.getString(0))
        .containsExactly("new");
    assertThat(rig.rows("SELECT field FROM hashes WHERE db = 0 AND key = 'h'"))
        .extracting(row -> row.getString(0))
        .containsExactly("b");
  }

  @Test
  void keysOfOtherFeedsStay() {
    FeedId quotes = new FeedId(Rig.database(), "", KeyPatterns.of(List.of("quote:*"), List.of()));
    CassandraSink sink = rig.opened();
    done(sink.open(quotes));
    done(sink.apply(batch(put("quote:1", "1"), put("other", "1")).build()));
    done(sink.apply(batch().feed(quotes).begin().build()));
    done(sink.apply(batch().feed(quotes).backfill().end().build()));

    assertThat(done(sink.removeLeftovers(quotes, new Hub()))).isEqualTo(1);
    assertThat(rig.tablesOf("quote:1")).isEmpty();
    assertThat(rig.tablesOf("other")).containsExactly("strings");
  }

  @Test
  void rowsOfTheUsersOwnTablesGoToo() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("symbol", "text");
    columns.put("bid", "double");
    String table = "own" + Rig.database();
    CassandraSink sink =
        rig.opened(
            rig.settings()
                .withMappings(
                    List.of(
                        new KeyMapping(
                            Rig.database(), "quote:{symbol}", table, columns, Map.of()))));
    done(
        sink.apply(
            batch(
                    put("quote:A", "{\"bid\":1}"),
                    put("quote:B", "{\"bid\":1}"),
                    put("quote:C", "{}"))
                .build()));
    done(sink.apply(batch().begin().build()));
    done(sink.apply(batch(put("quote:B", "{\"bid\":2}")).backfill().end().build()));

    done(sink.removeLeftovers(feed(), new Hub("quote:B")));
    assertThat(rig.rows("SELECT symbol FROM " + table))
        .extracting(row -> row.getString(0))
        .containsExactly("B");
  }

  @Test
  void theChainsVersionShowsWhenEverythingIsThere() {
    CassandraSink sink = rig.opened();
    done(sink.apply(batch(put("old", "1")).chain(7).build()));
    assertThat(version()).isEqualTo(7);
    done(sink.apply(batch().begin().build()));
    done(sink.apply(batch(put("k", "1")).chain(9).build()));
    assertThat(version()).isEqualTo(7);
    done(sink.apply(batch().backfill().end().build()));
    assertThat(version()).isEqualTo(7);
    done(sink.removeLeftovers(feed(), new Hub("k")));
    assertThat(version()).isEqualTo(9);
  }

  private long version() {
    return rig.rows("SELECT version FROM versions WHERE db = 0").getFirst().getLong(0);
  }
}
