package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.SinkException;
import io.replicator.testing.cassandra.CassandraServer;
import org.junit.jupiter.api.Test;

/** The near data centre by its name: the right one, and one that the cluster does not have. */
final class DatacenterTest {
  @Test
  void theDataCentreThatIsNamedIsUsed() {
    try (Rig rig = new Rig();
        CassandraSink sink = sink(rig, CassandraServer.DATACENTER)) {
      assertThat(done(sink.open(feed())).isNone()).isTrue();
    }
  }

  @Test
  void aDataCentreThatIsNotThereIsRefusedAndWhatIsThereIsNamed() {
    try (Rig rig = new Rig();
        CassandraSink sink = sink(rig, "nowhere")) {
      assertThatThrownBy(() -> done(sink.open(feed())))
          .isInstanceOfSatisfying(
              SinkException.class,
              e -> assertThat(e.category()).isEqualTo(SinkException.Category.REFUSED))
          .hasMessageContainingAll("'nowhere'", CassandraServer.DATACENTER, "--datacenter");
    }
  }

  private static CassandraSink sink(Rig rig, String datacenter) {
    return new CassandraSink(rig.endpoint().withDatacenter(datacenter), rig.settings());
  }
}
