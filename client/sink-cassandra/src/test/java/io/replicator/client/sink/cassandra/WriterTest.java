package io.replicator.client.sink.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.replicator.api.Counters;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How much is under way at once: it is looked at while the node answers nothing. */
final class WriterTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MEGABYTE = 1 << 20;

  @Test
  void soManyStatementsAreUnderWayAtOnceAndTheOthersFollow() {
    Writer.Load load = whileNothingIsAnswered(7, 40, 100);
    assertThat(load.inFlight()).isEqualTo(7);
    assertThat(load.waiting()).isPositive();
  }

  @Test
  void soManyBytesAreUnderWayAtOnceAndTheOthersFollow() {
    Writer.Load load = whileNothingIsAnswered(1024, 20, MEGABYTE);
    assertThat(load.inFlight()).isEqualTo((int) (Writer.MOST_BYTES_IN_FLIGHT / MEGABYTE));
    assertThat(load.bytesInFlight()).isLessThanOrEqualTo(Writer.MOST_BYTES_IN_FLIGHT);
    assertThat(load.waiting()).isPositive();
  }

  @Test
  void whatIsLargerThanAllThatMayBeUnderWayGoesAlone() {
    Writer.Load load =
        whileNothingIsAnswered(1024, 3, Math.toIntExact(Writer.MOST_BYTES_IN_FLIGHT) + 1);
    assertThat(load.inFlight()).isEqualTo(1);
    assertThat(load.waiting()).isEqualTo(2);
  }

  /** Sends deletions of which it says that they have these bytes, and waits for all of them. */
  private static Writer.Load whileNothingIsAnswered(int mostInFlight, int count, int bytes) {
    try (Rig rig = new Rig();
        CassandraSink sink = rig.opened()) {
      assertThat(sink.name()).isNotEmpty(); // the tables are there
      Counters<SinkCounter> counters = new Counters<>(SinkCounter.class);
      CassandraSinkSettings settings = rig.settings().withInFlight(mostInFlight).withTimeout(LIMIT);
      Writer writer = new Writer(Rig.session(), settings, counters);
      BoundStatement statement =
          new Statements(Rig.session(), settings)
              .delete(Trace.STRING, Rig.database(), KeyText.encoded(new byte[] {'k'}), 1);
      CompletableFuture<Void> sent;
      Writer.Load load;
      Rig.server().pause();
      try {
        sent =
            CompletableFuture.runAsync(() -> {
              Writer.Group group = writer.group();
              for (int i = 0; i < count; i++) {
                group.send(statement, bytes);
              }
              group.await();
            });
        Await.until(LIMIT, "some wait for room", () -> writer.load().waiting() > 0);
        load = writer.load();
      } finally {
        Rig.server().resume();
      }
      sent.orTimeout(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS).join();
      assertThat(counters.get(SinkCounter.STATEMENTS)).isEqualTo(count);
      assertThat(writer.load().inFlight()).isZero();
      assertThat(writer.load().bytesInFlight()).isZero();
      return load;
    }
  }
}
