package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;
import static io.replicator.testing.testkit.SinkData.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Change;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A node that takes connections and answers nothing for longer than a request may take. */
final class StalledNodeTest {
  private static final int KEYS = 2_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void whatTimesOutIsSentAgainAndNothingIsMissing() {
    try (Rig rig = new Rig();
        CassandraSink sink = rig.sink(rig.settings().withTimeout(LIMIT))) {
      done(sink.open(feed()));
      done(sink.apply(Rig.batch().cursor(live("0")).begin().build()));
      CompletableFuture<Void> applied;
      Rig.server().pause();
      try {
        applied = sink.apply(Rig.batch(changes()).cursor(live("1")).build()).toCompletableFuture();
        Await.until(
            LIMIT, "a write has timed out", () -> sink.counters().get(SinkCounter.OVERLOADS) > 0);
        assertThat(applied).as("nothing is given up").isNotDone();
      } finally {
        Rig.server().resume();
      }
      done(applied);
      assertThat(sink.counters().get(SinkCounter.RETRIES)).isPositive();
      assertThat(sink.counters().get(SinkCounter.STRINGS)).isEqualTo(KEYS);
      assertThat(rig.rows("SELECT key FROM strings WHERE db = 0 ALLOW FILTERING")).hasSize(KEYS);
      assertThat(done(sink.open(feed())).live()).isEqualTo(live("1").live());
    }
  }

  private static Change[] changes() {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      changes.add(put("k" + i, "v" + i));
    }
    return changes.toArray(Change[]::new);
  }
}
