package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Batch.VersionList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {

  @Test
  void theListsOfAChainAscend() {
    VersionList three = new VersionList(3, List.of(), 0);
    VersionList four = new VersionList(4, List.of(), 0);

    assertThatThrownBy(() -> new VersionChain(4, List.of(four, three)))
        .hasMessage("version lists must ascend: 3 after 4");
    assertThatThrownBy(() -> new VersionChain(4, List.of(four, four)))
        .hasMessage("version lists must ascend: 4 after 4");
  }

  @Test
  void nothingIsNegative() {
    assertThatThrownBy(() -> new VersionChain(-1, List.of())).hasMessage("version -1 is negative");
    assertThatThrownBy(() -> new VersionList(1, List.of(), -1))
        .hasMessage("expiresAtMillis -1 is negative");
    assertThatThrownBy(() -> new Change.Remove(Key.of("k"), 0))
        .hasMessage("version 0 is less than 1");
    assertThatThrownBy(() -> new Change.Put(Key.of("k"), 1, new Value.StringValue(new byte[0]), -1))
        .hasMessage("expiresAtMillis -1 is negative");
  }
}
