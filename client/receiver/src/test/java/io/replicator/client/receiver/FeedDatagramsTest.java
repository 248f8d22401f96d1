package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.wire.DatagramMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which datagrams and which of their entries count (I3, P145, P148). */
final class FeedDatagramsTest {
  private final FeedDatagrams datagrams = new FeedDatagrams();

  private void mode(boolean on, long first, long passed) {
    datagrams.mode(DatagramMode.newBuilder().setOn(on).setFirst(first).setPassed(passed).build());
  }

  private static Batch batch(Change... changes) {
    return Rig.batch(Lane.LIVE, 1, Cursor.NONE, changes);
  }

  private List<Long> taken() {
    return datagrams.take().changes().stream().map(Change::version).toList();
  }

  @Test
  void nothingIsTakenBeforeTheHubSaysSoNorBelowTheFirst() { // P145
    assertThat(datagrams.accepts(1)).isFalse();
    mode(true, 5, 0);
    assertThat(datagrams.accepts(4)).isFalse();
    assertThat(datagrams.accepts(5)).isTrue();
    mode(false, 9, 0);
    assertThat(datagrams.accepts(9)).isFalse();
    assertThat(datagrams.staleDatagrams()).isEqualTo(3);
  }

  @Test
  void whatWaitsIsDroppedWhenTheModeEnds() { // P145
    mode(true, 1, 0);
    datagrams.arrived(1, 0, batch(Rig.put("a", 10)));
    mode(false, 2, 0);
    assertThat(datagrams.hasWaiting()).isFalse();
  }

  @Test
  void ofAKeyOnlyTheNewestGoesOnWhateverTheOrder() { // I3, P148
    mode(true, 1, 0);
    datagrams.arrived(2, 0, batch(Rig.put("a", 12)));
    datagrams.arrived(1, 0, batch(Rig.put("a", 10), Rig.put("b", 11)));
    FeedDatagrams.Taken taken = datagrams.take();
    assertThat(taken.numbers()).containsExactly(2L, 1L);
    assertThat(taken.changes()).extracting(Change::version).containsExactlyInAnyOrder(12L, 11L);
    datagrams.arrived(3, 0, batch(Rig.put("a", 12), Rig.put("b", 9)));
    assertThat(taken()).isEmpty();
    assertThat(datagrams.staleEntries()).isEqualTo(3);
  }

  @Test
  void whatThePassedVersionCoversIsDroppedAndForgotten() { // P148
    mode(true, 1, 0);
    datagrams.arrived(1, 0, batch(Rig.put("a", 10)));
    assertThat(taken()).containsExactly(10L);
    datagrams.arrived(2, 10, batch(Rig.put("a", 10), Rig.put("c", 9), Rig.put("d", 11)));
    assertThat(taken()).containsExactly(11L);
  }

  @Test
  void blocksBringNothingOlderEither() { // I3, P148
    mode(true, 1, 0);
    datagrams.arrived(1, 0, batch(Rig.put("a", 20)));
    assertThat(taken()).containsExactly(20L);
    List<Change> kept = datagrams.newerOnly(batch(Rig.put("a", 15), Rig.put("b", 16)));
    assertThat(kept).extracting(Change::version).containsExactly(16L);
    datagrams.arrived(2, 0, batch(Rig.put("b", 14)));
    assertThat(taken()).isEmpty();
  }

  /** A value in parts keeps the version at which its key was chosen, also when it is read again. */
  @Test
  void whatTheBackfillReadAgainIsNotReplacedByADatagramReadInBetween() { // I3, P185
    mode(true, 1, 10);
    datagrams.backfilled(Rig.batch(Lane.BACKFILL, 15, Cursor.NONE, Rig.put("a", 9)));
    datagrams.arrived(1, 10, batch(Rig.put("a", 14)));
    assertThat(taken()).isEmpty();
    datagrams.arrived(2, 10, batch(Rig.put("a", 16)));
    assertThat(taken()).containsExactly(16L);
  }

  @Test
  void aLargeValueIsDroppedWholeThoughWhatItWasOlderThanIsForgotten() { // P220
    mode(true, 1, 0);
    datagrams.arrived(1, 0, batch(Rig.put("a", 20)));
    assertThat(taken()).containsExactly(20L);
    assertThat(datagrams.newerOnly(batch(part(0, false)))).isEmpty();
    mode(true, 2, 20);
    assertThat(datagrams.newerOnly(batch(part(1, true)))).isEmpty();
    assertThat(datagrams.newerOnly(batch(part(0, true)))).hasSize(1);
  }

  private static Change part(int index, boolean last) {
    Value slice = new Value.StringValue(new byte[] {1});
    return new Change.Part(Key.of("a"), 15, index, last, slice, 0);
  }
}
