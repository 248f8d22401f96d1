package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a datagram lane owes, and when the cursor may move (I4, I5, P149, P153). */
final class DirtySlotsTest {
  private final DirtySlots dirty = new DirtySlots();

  private DirtySlots.Slot take() {
    return Objects.requireNonNull(dirty.take());
  }

  private void send(int number, long version) {
    DirtySlots.Slot slot = take();
    assertThat(slot.number).isEqualTo(number);
    dirty.chosen(slot, version);
  }

  @Test
  void aKeyThatChangesAgainWaitsOnceAndKeepsItsTurn() { // I5
    dirty.changed(1);
    dirty.changed(2);
    dirty.changed(1);
    assertThat(dirty.queued()).isEqualTo(2);
    send(1, 10);
    send(2, 11);
    assertThat(dirty.take()).isNull();
  }

  @Test
  void whatWasLostComesFirst() { // P153
    dirty.changed(1);
    dirty.changed(2);
    send(1, 10);
    assertThat(dirty.again(1, 10)).isTrue();
    send(1, 12);
  }

  @Test
  void aLostValueIsNotMissedWhereANewerOneWasSent() { // P153
    dirty.changed(1);
    send(1, 10);
    dirty.changed(1);
    send(1, 12);
    assertThat(dirty.again(1, 10)).isFalse();
    assertThat(dirty.queued()).isZero();
  }

  @Test
  void aRoundIsThereWhenEverySlotIsAsNewAsItWas() { // I4, P149
    dirty.changed(1);
    dirty.changed(2);
    send(1, 10);
    send(2, 11);
    dirty.confirmed(1, 10);
    dirty.beginRound(Pass.list(5, 11, new int[] {1, 2}));
    dirty.need(1, 10);
    dirty.need(2, 11);
    assertThat(dirty.roundIsThere()).isFalse();
    dirty.confirmed(2, 10);
    assertThat(dirty.roundIsThere()).isFalse();
    dirty.changed(2);
    send(2, 15);
    dirty.confirmed(2, 15);
    assertThat(dirty.roundIsThere()).isTrue();
    assertThat(dirty.endRound().until()).isEqualTo(11);
  }

  @Test
  void whatHasToGoInPartsIsLeftToTheBlocks() { // P154
    dirty.changed(3);
    dirty.changed(4);
    dirty.beginRound(Pass.list(5, 11, new int[] {3, 4}));
    dirty.need(3, 10);
    dirty.need(4, 11);
    send(3, 10);
    send(4, 11);
    dirty.inParts(4, 11);
    dirty.confirmed(3, 10);
    assertThat(dirty.roundIsThere()).isTrue();
    assertThat(dirty.endRound().slots()).containsExactly(4);
  }

  @Test
  void forgetsWhatTheCursorHasPassed() { // I9
    dirty.changed(1);
    dirty.changed(2);
    send(1, 10);
    send(2, 20);
    dirty.confirmed(1, 10);
    dirty.passed(10);
    assertThat(dirty.size()).isEqualTo(1);
    assertThat(dirty.again(1, 10)).isFalse();
  }

  @Test
  void aRoundTripIsSmoothedAndSlackIsAQuarter() {
    RoundTrip roundTrip = new RoundTrip();
    for (int i = 0; i < 100; i++) {
      roundTrip.sample(100_000_000);
    }
    assertThat(roundTrip.smoothedNanos()).isEqualTo(100_000_000);
    assertThat(roundTrip.lostAfterNanos()).isEqualTo(125_000_000);
  }
}
