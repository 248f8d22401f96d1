package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.replicator.api.Counters;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Sink.Presence;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * Removes what an ended snapshot did not bring: every row that was written before it began and that
 * the hub does not have. The deletion carries the time of the begin, so it cannot hide what came
 * since, whenever it arrives: no memory of what was applied is needed, and batches go on meanwhile.
 */
final class LeftoverRemoval {
  private static final int PAGE_ROWS = 500;
  private static final int MAX_ASKED = 4096;
  private static final int DELETE_BYTES = 64;

  private final Cluster.Open at;
  private final CassandraSinkSettings settings;
  private final FeedId feed;
  private final int database;
  private final long begunMicros;
  private final Presence presence;
  private final Counters<SinkCounter> counters;
  private long removed;

  /** A key written before the begin and how it is deleted. */
  private record Candidate(Key key, Statement<?> deletion) {}

  LeftoverRemoval(
      Cluster.Open at,
      CassandraSinkSettings settings,
      FeedId feed,
      long begunMicros,
      Presence presence,
      Counters<SinkCounter> counters) {
    this.at = at;
    this.settings = settings;
    this.feed = feed;
    this.database = settings.targetDatabase(feed.database());
    this.begunMicros = begunMicros;
    this.presence = presence;
    this.counters = counters;
  }

  /** The number of keys removed; blocks. */
  long run() {
    for (Trace trace : Trace.TABLES) {
      sweep(TypedScan.written(settings.keyspace(), trace), row -> typed(trace, row));
    }
    for (KeyMapping mapping : settings.mappings()) {
      if (mapping.database() < 0 || mapping.database() == feed.database()) {
        MappedTable table = at.statements().mapped(mapping);
        sweep(table.scan(), row -> mapped(table, row));
      }
    }
    return removed;
  }

  private void sweep(String query, Function<Row, List<Candidate>> candidates) {
    List<Candidate> doubtful = new ArrayList<>();
    for (Row row :
        at.session()
            .execute(
                SimpleStatement.newInstance(query)
                    .setPageSize(PAGE_ROWS)
                    .setConsistencyLevel(settings.readConsistency()))) {
      doubtful.addAll(candidates.apply(row));
      if (doubtful.size() >= MAX_ASKED) {
        judge(doubtful);
        doubtful.clear();
      }
    }
    judge(doubtful);
  }

  private List<Candidate> typed(Trace trace, Row row) {
    byte[] key = KeyText.decode(String.valueOf(row.getString(1)));
    if (row.getInt(0) != database || row.getLong(2) >= begunMicros || !concerns(key)) {
      return List.of();
    }
    ByteBuffer column = row.getBytesUnsafe(1);
    return column == null
        ? List.of()
        : List.of(
            new Candidate(
                Key.of(key), at.statements().delete(trace, database, column, begunMicros - 1)));
  }

  private List<Candidate> mapped(MappedTable table, Row row) {
    byte[] key = table.keyOf(row);
    if (table.writtenMicros(row) >= begunMicros
        || !concerns(key)
        || !table.takes(feed.database(), key)) {
      return List.of();
    }
    try {
      return List.of(new Candidate(Key.of(key), table.delete(table.key(key), begunMicros - 1)));
    } catch (Misfit foreign) {
      return List.of(); // not a row of ours
    }
  }

  private boolean concerns(byte[] key) {
    return feed.patterns().matches(key) && presence.covers(key);
  }

  private void judge(List<Candidate> doubtful) {
    if (doubtful.isEmpty()) {
      return;
    }
    List<Key> keys = doubtful.stream().map(Candidate::key).toList();
    counters.add(SinkCounter.LEFTOVERS_ASKED, keys.size());
    BitSet present = presence.present(keys).toCompletableFuture().join();
    Writer.Group group = at.writer().group();
    int gone = 0;
    for (int i = 0; i < keys.size(); i++) {
      if (!present.get(i)) {
        group.send(doubtful.get(i).deletion(), DELETE_BYTES);
        gone++;
      }
    }
    group.await();
    removed += gone;
    counters.add(SinkCounter.LEFTOVERS_REMOVED, gone);
  }
}
