package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CongestionChoiceTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void cubicTakesOverWhileTheRateIsHeldAndNothingIsLost() {
    CongestionChoice choice = new CongestionChoice("bbr");
    assertThat(choice.next(false, 0, SECOND)).isEmpty();
    assertThat(choice.next(true, 0, 2 * SECOND)).isEmpty();
    assertThat(choice.next(true, 0, 4 * SECOND)).contains("cubic");
    assertThat(choice.next(true, 0, 5 * SECOND)).isEmpty();
  }

  @Test
  void theFirstLossBringsBbrBackForLong() {
    CongestionChoice choice = new CongestionChoice("bbr");
    assertThat(choice.next(true, 0, 0)).isEmpty();
    assertThat(choice.next(true, 0, 3 * SECOND)).contains("cubic");
    assertThat(choice.next(true, 1, 4 * SECOND)).contains("bbr");
    assertThat(choice.next(true, 1, 14 * SECOND)).isEmpty();
    assertThat(choice.next(true, 1, 25 * SECOND)).contains("cubic");
  }

  @Test
  void bbrComesBackWhenTheRateIsNoLongerHeld() {
    CongestionChoice choice = new CongestionChoice("bbr");
    assertThat(choice.next(true, 0, 0)).isEmpty();
    assertThat(choice.next(true, 0, 3 * SECOND)).contains("cubic");
    assertThat(choice.next(false, 0, 4 * SECOND)).contains("bbr");
  }

  @Test
  void theOperatorsChoiceIsLeftAlone() {
    CongestionChoice choice = new CongestionChoice("cubic");
    assertThat(choice.next(true, 0, 0)).isEmpty();
    assertThat(choice.next(true, 1, 30 * SECOND)).isEmpty();
  }
}
