package io.replicator.client.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.client.receiver.FeedPlan;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubAddressTest {
  @ParameterizedTest
  @CsvSource({
    "hub:4444, hub, 4444",
    "hub, hub, 3333",
    ":3334, 127.0.0.1, 3334",
    "[::1]:5, ::1, 5",
    "::1, ::1, 3333",
    "[fe80::2], fe80::2, 3333"
  })
  void readsEveryFormOfAnAddress(String text, String host, int port) {
    assertThat(HubAddress.parse(text)).isEqualTo(new HubAddress(host, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hub:", "hub:x", "hub:0", "hub:65536", "a:b", " "})
  void refusesWhatIsNoAddressAndNamesIt(String text) {
    assertThatThrownBy(() -> HubAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hub address");
  }

  @Test
  void plainTcpToAnotherMachineIsRefusedUnlessAllowed() {
    List<FeedPlan> feeds = List.of(new FeedPlan(new FeedId(0, "", KeyPatterns.ALL), null));

    assertThatThrownBy(() -> ReplicaSettings.of("c", HubAddress.parseList("far:1"), feeds))
        .hasMessageContaining("hub far:1 is on another machine and TLS is off");
    assertThat(ReplicaSettings.of("c", HubAddress.parseList("localhost,127.0.0.9,[::1]"), feeds))
        .isNotNull();
  }

  @Test
  void theSameFeedTwiceIsRefused() {
    FeedPlan feed = new FeedPlan(new FeedId(0, "", KeyPatterns.ALL), null);

    assertThatThrownBy(
            () -> ReplicaSettings.of("c", HubAddress.parseList(":1"), List.of(feed, feed)))
        .hasMessageContaining("wanted twice");
  }
}
