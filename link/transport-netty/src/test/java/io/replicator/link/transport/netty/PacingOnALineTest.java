package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What {@link PacingCap} makes of lines on which, or on machines on which, something stalls. */
class PacingOnALineTest {
  private static final double TEN_MEGABIT = 1_250_000;
  private static final double HUNDRED_MEGABIT = 12_500_000;
  private static final double SATELLITE = 32_000;

  @Test
  void aStartDuringWhichLineAndLoopStallIsMadeUpForSoon() {
    double worst = 1;
    for (int at = 60; at <= 900; at += 20) {
      for (int gap = 60; gap <= 120; gap += 60) {
        VirtualLine line = new VirtualLine(TEN_MEGABIT, 100, 1500);
        line.stall(at, 80, true).stall(at + 80 + gap, 80, false);
        line.goodput(1);
        worst = Math.min(worst, line.goodput(2) / TEN_MEGABIT);
      }
    }
    assertThat(worst).isGreaterThan(0.6);
  }

  @Test
  void aVeryBusyMachineDoesNotTakeTheRateDownStepByStep() {
    for (int seed = 1; seed <= 4; seed++) {
      VirtualLine line = new VirtualLine(HUNDRED_MEGABIT, 40, 1500);
      line.busy(new Random(seed), 25, 10, 40).goodput(3);
      assertThat(line.goodput(20) / HUNDRED_MEGABIT).as("seed %d", seed).isGreaterThan(0.4);
    }
  }

  @Test
  void theQueueOfASatelliteStaysShortAndTheLineFull() {
    VirtualLine line = new VirtualLine(SATELLITE, 600, 1128).lateOver(100);
    line.goodput(15);
    assertThat(line.goodput(120) / SATELLITE).isGreaterThan(0.97);
    assertThat(line.lateShare()).isLessThan(0.08);
  }
}
