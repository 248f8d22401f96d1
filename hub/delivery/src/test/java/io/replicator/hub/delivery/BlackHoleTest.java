package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A path that has become too narrow and does not say so, by a clock that the test moves. */
final class BlackHoleTest {
  private static final long MILLI = 1_000_000;
  private static final int LARGE = 1100;
  private static final int SMALL = 300;

  private final RoundTrip roundTrip = new RoundTrip();
  private final BlackHole hole = new BlackHole(roundTrip);

  BlackHoleTest() {
    for (int i = 0; i < 20; i++) {
      roundTrip.sample(100 * MILLI);
    }
  }

  /** Large ones are lost, small ones arrive. */
  private void narrow(long fromMillis) {
    for (int i = 0; i < 6; i++) {
      hole.lost(LARGE, (fromMillis + i * 50L) * MILLI);
      hole.arrived(SMALL);
    }
  }

  @Test
  void whereLargeOnesAreLostAndSmallerArriveTheyBecomeSmaller() {
    assertThat(hole.maxBytes(0)).isEqualTo(Integer.MAX_VALUE);
    narrow(0);
    assertThat(hole.maxBytes(300 * MILLI)).isEqualTo(LARGE - 64);
  }

  @Test
  void theyGetStillSmallerButNotForEver() {
    for (int i = 0; i < 30; i++) {
      int now = Math.min(LARGE, hole.maxBytes(i * 1000L * MILLI));
      for (int j = 0; j < 6; j++) {
        hole.lost(now, (i * 1000L + j * 50L) * MILLI);
        hole.arrived(SMALL);
      }
    }
    assertThat(hole.maxBytes(30_000 * MILLI)).isBetween(BlackHole.MIN_BYTES, 600);
  }

  @Test
  void oneLargeOneThatArrivesEndsTheSuspicion() {
    for (int i = 0; i < 100; i++) {
      hole.lost(LARGE, i * 50L * MILLI);
      hole.arrived(SMALL);
      if (i % 5 == 4) {
        hole.arrived(LARGE);
      }
    }
    assertThat(hole.maxBytes(5000 * MILLI)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void whereNothingArrivesItIsNoNarrowPath() {
    for (int i = 0; i < 100; i++) {
      hole.lost(LARGE, i * 50L * MILLI);
    }
    assertThat(hole.maxBytes(5000 * MILLI)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aBurstOfLossesOfOneMomentIsNone() {
    for (int i = 0; i < 20; i++) {
      hole.lost(LARGE, 10 * MILLI);
      hole.arrived(SMALL);
    }
    assertThat(hole.maxBytes(20 * MILLI)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void afterHalfAMinuteALittleMoreIsTriedAgainAndOnAnotherPathAll() {
    narrow(0);
    long later = 300 * MILLI + 30_000 * MILLI;
    assertThat(hole.maxBytes(later)).isEqualTo(LARGE);
    assertThat(hole.maxBytes(later + MILLI)).isEqualTo(LARGE);
    hole.restart();
    assertThat(hole.maxBytes(later + MILLI)).isEqualTo(Integer.MAX_VALUE);
  }
}
