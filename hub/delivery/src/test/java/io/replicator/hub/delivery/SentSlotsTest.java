package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentSlotsTest {
  @Test
  void whatHasNotChangedSinceItWasSentIsLeftOut() {
    SentSlots.Growing growing = new SentSlots.Growing();
    growing.sentUpTo(10, 100);
    growing.sentUpTo(20, 200);
    SentSlots sent = growing.finish(0);
    long[] versions = new long[40];
    versions[3] = 100; // sent with this very version
    versions[4] = 101;
    versions[10] = 200; // of the second stretch
    versions[19] = 201;
    versions[20] = 1; // behind what is known
    int[] dirty = {3, 4, 10, 19, 20, 0, 0};

    assertThat(sent.changedOf(dirty, 5, slot -> versions[slot])).containsExactly(4, 19, 20);
  }

  @Test
  void aStretchOfWhichNothingIsKnownKeepsAll() {
    SentSlots.Growing growing = new SentSlots.Growing();
    growing.sentUpTo(5, 0); // of a round that another connection began
    growing.sentUpTo(Integer.MAX_VALUE, 50);

    assertThat(growing.finish(0).changedOf(new int[] {1, 4, 5, 9}, 4, slot -> 50))
        .containsExactly(1, 4);
    assertThat(growing.finish(0)).isEqualTo(SentSlots.NONE);
  }

  @Test
  void withoutKnowledgeNothingIsLeftOut() {
    assertThat(SentSlots.NONE.changedOf(new int[] {1, 2, 0}, 2, slot -> 1)).containsExactly(1, 2);
  }

  @Test
  void feedsThatSentTheSameKnowTheSame() {
    SentSlots.Growing one = new SentSlots.Growing();
    SentSlots.Growing other = new SentSlots.Growing();
    for (SentSlots.Growing growing : new SentSlots.Growing[] {one, other}) {
      growing.sentUpTo(7, 3);
      growing.sentUpTo(7, 9); // nothing new
      growing.sentUpTo(Integer.MAX_VALUE, 4);
    }
    assertThat(one.finish(0)).isEqualTo(other.finish(0));
  }
}
