package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.link.codec.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AheadVersionsTest {
  private final AheadVersions ahead = new AheadVersions();

  @Test
  void dropsBackfillEntriesOlderThanWhatTheLiveLaneBrought() {
    ahead.remember(List.of(remove("a", 105)));

    assertThat(ahead.withoutOlder(List.of(remove("a", 104), remove("b", 1), remove("a", 105))))
        .containsExactly(remove("b", 1), remove("a", 105));
  }

  @Test
  void forgetsWhatABackfillBatchReadLaterHasProvedOld() {
    ahead.remember(List.of(remove("a", 101), remove("b", 102)));
    ahead.remember(List.of(remove("a", 110)));

    ahead.forgetUntil(105);

    assertThat(ahead.entries()).isEqualTo(1);
    assertThat(ahead.withoutOlder(List.of(remove("a", 109), remove("b", 100))))
        .containsExactly(remove("b", 100));
  }

  @Test
  void keepsABatchUntilItsNewestVersionIsProvedOld() {
    ahead.remember(List.of(remove("a", 101), remove("b", 120)));

    ahead.forgetUntil(110);

    assertThat(ahead.withoutOlder(List.of(remove("b", 119)))).isEmpty();
  }

  @Test
  void aValueOfWhichAPartWasDroppedIsDroppedWhole() { // P220
    ahead.remember(List.of(remove("a", 105)));

    assertThat(ahead.withoutOlder(List.of(part("a", 104, 0, false)))).isEmpty();
    ahead.forgetUntil(106);

    assertThat(ahead.withoutOlder(List.of(remove("b", 1)))).containsExactly(remove("b", 1));
    assertThat(ahead.withoutOlder(List.of(part("a", 104, 1, false)))).isEmpty();
    assertThat(ahead.withoutOlder(List.of(part("a", 104, 2, true)))).isEmpty();
    assertThat(ahead.withoutOlder(List.of(part("a", 106, 0, false), part("a", 106, 1, true))))
        .hasSize(2);
  }

  @Test
  void aValueThatBecameOldBetweenItsPartsIsDroppedFromThereOn() { // P220
    assertThat(ahead.withoutOlder(List.of(part("a", 104, 0, false)))).hasSize(1);
    ahead.remember(List.of(remove("a", 105)));
    assertThat(ahead.withoutOlder(List.of(part("a", 104, 1, false)))).isEmpty();
    ahead.forgetUntil(106);

    assertThat(ahead.withoutOlder(List.of(part("a", 104, 2, true)))).isEmpty();
    assertThat(ahead.withoutOlder(List.of(part("a", 106, 0, true)))).hasSize(1);
  }

  @Test
  void refusesAHubThatLetsTooMuchGoAhead() {
    List<Change> large = new ArrayList<>();
    for (int i = 0; i <= AheadVersions.MAX_ENTRIES; i++) {
      large.add(remove("k" + i, i + 1));
    }
    ahead.remember(large);

    assertThatThrownBy(() -> ahead.remember(List.of(remove("one more", 9_999_999))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("went ahead of one backfill batch, at most 524288");
  }

  private static Change part(String key, long version, int index, boolean last) {
    return new Change.Part(
        Key.of(key), version, index, last, new Value.StringValue(new byte[] {1}), 0);
  }

  private static Change remove(String key, long version) {
    return new Change.Remove(Key.of(key), version);
  }
}
