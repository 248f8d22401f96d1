package io.replicator.client.sink.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.connection.BusyConnectionException;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What a failure of the driver means for the pace. */
final class FailuresTest {
  @Test
  void anOverloadIsOneAlsoWhereTheDriverTriedAllNodes() {
    CqlSession session = Rig.session();
    Node node = session.getMetadata().getNodes().values().iterator().next();
    List<Throwable> refusals =
        List.of(new OverloadedException(node), new BusyConnectionException(1024));
    for (Throwable refusal : refusals) {
      Throwable tried =
          new CompletionException(
              AllNodesFailedException.fromErrors(List.of(Map.entry(node, refusal))));
      for (Throwable failure : List.of(refusal, tried)) {
        assertThat(Failures.isPassing(failure)).as(failure + " may pass").isTrue();
        assertThat(Failures.isOverload(failure)).as(failure + " is an overload").isTrue();
        assertThat(Failures.isRefusedForLoad(failure)).as(failure + " asks for a rest").isTrue();
      }
    }
  }

  @Test
  void aTimeoutIsAnOverloadAndNoRefusal() {
    Throwable timeout = new DriverTimeoutException("5 s");
    assertThat(Failures.isOverload(timeout)).isTrue();
    assertThat(Failures.isRefusedForLoad(timeout)).isFalse();
    assertThat(Failures.isOverload(AllNodesFailedException.fromErrors(List.of()))).isFalse();
  }
}
