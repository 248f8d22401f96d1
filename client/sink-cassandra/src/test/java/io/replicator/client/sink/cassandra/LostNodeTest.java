package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.testing.cassandra.CassandraServer;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.SinkData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The node is killed and started again while batches come: they go on, and nothing is missing. */
final class LostNodeTest {
  private static final int BATCHES = 60;
  private static final int KEYS = 200;

  @Test
  void batchesGoOnAfterTheNodeIsBackAlsoIfItForgotTheNewest() {
    // commitlog_sync: periodic, so that kill -9 takes up to a second of acknowledged writes.
    try (CassandraServer server = CassandraServer.started();
        CassandraSink sink = sink(server)) {
      done(sink.open(feed()));
      done(sink.apply(Rig.batch().cursor(live("0")).begin().build()));
      AtomicInteger applied = new AtomicInteger();
      CompletableFuture<Void> killer =
          CompletableFuture.runAsync(() -> {
            Await.until(
                Duration.ofMinutes(3), "a third is applied", () -> applied.get() > BATCHES / 3);
            server.kill();
            server.start();
          });
      applyAll(sink, 1, applied);
      killer.join();
      applyAll(sink, reopened(sink) + 1, applied); // what it forgot of the newest
      assertAllThere(server);
    }
  }

  private static CassandraSink sink(CassandraServer server) {
    return new CassandraSink(
        CassandraEndpoint.parse(server.address()),
        CassandraSinkSettings.of("lost").withCreateSchema(true).withTimeout(Duration.ofSeconds(3)));
  }

  /** As a client does: after a failure the sink tells where to go on. */
  private static void applyAll(CassandraSink sink, int first, AtomicInteger applied) {
    int next = first;
    while (next <= BATCHES) {
      try {
        done(sink.apply(batch(next)));
        next++;
        applied.set(next);
      } catch (SinkException e) {
        assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE);
        next = reopened(sink) + 1;
      }
    }
  }

  private static int reopened(CassandraSink sink) {
    int[] reached = new int[1];
    Await.until(
        Duration.ofMinutes(3),
        "the sink opens again",
        () -> {
          try {
            Cursor cursor = done(sink.open(feed()));
            reached[0] =
                Integer.parseInt(
                    new String(Objects.requireNonNull(cursor.live()), StandardCharsets.US_ASCII));
            return true;
          } catch (SinkException e) {
            return false; // it is still down
          }
        });
    return reached[0];
  }

  private static Batch batch(int number) {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      changes.add(
          new Change.Put(
              Key.of("k" + i),
              number,
              i % 2 == 0
                  ? new Value.StringValue(bytes("v" + number))
                  : SinkData.hash("f" + number, "v"),
              0));
    }
    return Rig.batch(changes.toArray(Change[]::new)).cursor(live("" + number)).build();
  }

  private static void assertAllThere(CassandraServer server) {
    try (CassandraCopy copy =
        CassandraCopy.open(
            CassandraEndpoint.parse(server.address()), CassandraSinkSettings.of("lost"))) {
      for (int i = 0; i < KEYS; i++) {
        Value value =
            i % 2 == 0 ? SinkData.string("v" + BATCHES) : SinkData.hash("f" + BATCHES, "v");
        assertThat(copy.difference(Rig.database(), Key.of("k" + i), value, 0, 0))
            .as("k" + i)
            .isEmpty();
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    try (CassandraSink sink =
        new CassandraSink(CassandraEndpoint.parse("127.0.0.1:1"), CassandraSinkSettings.of("k"))) {
      assertThatThrownBy(() -> done(sink.open(feed())))
          .isInstanceOfSatisfying(
              SinkException.class,
              e -> assertThat(e.category()).isEqualTo(SinkException.Category.UNAVAILABLE))
          .hasMessageContaining("cassandra 127.0.0.1:1 cannot be reached");
    }
  }
}
