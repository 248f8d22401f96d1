package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.testing.cassandra.CassandraCluster;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.SinkData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Batches 0, 1, 2 …, each with all keys, strings and hashes by turns, and its number as cursor: for
 * a cluster that loses nodes.
 */
final class NumberedBatches {
  static final int KEYS = 200;
  static final Duration LIMIT = Duration.ofSeconds(90);

  private NumberedBatches() {}

  /** The snapshot begins, and the first batch is there. */
  static void begin(CassandraSink sink) {
    opened(sink);
    done(sink.apply(Rig.batch().cursor(live("0")).begin().build()));
    done(sink.apply(batch(1)));
  }

  /** As a client does: after a failure the sink tells where to go on. */
  static void applied(CassandraSink sink, int number) {
    try {
      done(sink.apply(batch(number)));
    } catch (SinkException e) {
      // The node that went, or came, was noticed in the middle of it.
      assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE);
      assertThat(reopened(sink)).isBetween(number - 1, number);
      done(sink.apply(batch(number)));
    }
  }

  /** The number of the last batch that is stored. */
  static int reopened(CassandraSink sink) {
    byte[] live = Objects.requireNonNull(opened(sink).live());
    return Integer.parseInt(new String(live, StandardCharsets.US_ASCII));
  }

  static Cursor opened(CassandraSink sink) {
    AtomicReference<Cursor> cursor = new AtomicReference<>();
    Await.until(
        LIMIT,
        "the sink opens",
        () -> {
          try {
            cursor.set(done(sink.open(feed())));
            return true;
          } catch (SinkException e) {
            return false; // a node is still down, or has not heard of the tables yet
          }
        });
    return Objects.requireNonNull(cursor.get());
  }

  static Batch batch(int number) {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      changes.add(new Change.Put(Key.of("k" + i), number, value(i, number), 0));
    }
    return Rig.batch(changes.toArray(Change[]::new)).cursor(live("" + number)).build();
  }

  /** Too few replicas are up for this batch. */
  static void assertRefuses(CassandraSink sink, int number) {
    assertThatThrownBy(() -> done(sink.apply(batch(number))))
        .isInstanceOfSatisfying(
            SinkException.class,
            e -> assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE));
  }

  private static Value value(int key, int number) {
    return key % 2 == 0 ? SinkData.string("v" + number) : SinkData.hash("f" + number, "v");
  }

  /** Reads all keys of a batch, as many replicas of each as the settings say. */
  static void assertThere(CassandraEndpoint endpoint, CassandraSinkSettings settings, int number) {
    try (CassandraCopy copy = CassandraCopy.open(endpoint, settings)) {
      for (int i = 0; i < KEYS; i++) {
        assertThat(difference(copy, i, number)).as(settings.keyspace() + " k" + i).isEmpty();
      }
    }
  }

  /** A node that came back is not known to be up by each other node at once. */
  private static String difference(CassandraCopy copy, int key, int number) {
    AtomicReference<String> difference = new AtomicReference<>("");
    Await.until(
        LIMIT,
        "enough replicas of k" + key + " answer",
        () -> {
          try {
            difference.set(
                copy.difference(Rig.database(), Key.of("k" + key), value(key, number), 0, 0)
                    .map(Object::toString)
                    .orElse(""));
            return true;
          } catch (SinkException e) {
            assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE);
            return false;
          }
        });
    return Objects.requireNonNull(difference.get());
  }

  /** What is sent for a string (one insert) and for a hash (a batch) of this key. */
  static List<Statement<?>> statements(
      Statements statements, CassandraSinkSettings settings, String key) {
    List<Statement<?>> sent = new ArrayList<>();
    TypedRows rows = new TypedRows(statements, settings, 0);
    for (Value value : List.of(SinkData.string("v"), SinkData.hash("f", "v"))) {
      Entry entry = new Entry(0, bytes(key), value, 1, 0, 1, Ttl.NONE, Trace.ALL);
      rows.write(
          entry,
          TypedRows.traces(value, 0),
          new Work(),
          work -> sent.add(work.statement()),
          () -> {});
    }
    return sent;
  }

  /** Before that a keyspace would be made for one node, with one copy of each key. */
  static void awaitEachKnowsBoth(CassandraCluster cluster) {
    for (int i = 0; i < 2; i++) {
      CassandraEndpoint one = CassandraEndpoint.parse(cluster.node(i).address());
      Await.until(
          LIMIT,
          one + " knows two nodes",
          () -> {
            try (CqlSession session = new Connector(one, "ONE").open()) {
              return session.getMetadata().getNodes().values().stream()
                      .filter(node -> node.getDatacenter() != null)
                      .count()
                  == 2;
            }
          });
    }
  }
}
