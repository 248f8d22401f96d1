package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;

class StalenessTest {
  @Test
  void percentilesAreNearestRanksToThreeDigits() {
    Staleness staleness = new Staleness();
    for (int i = 100; i >= 1; i--) {
      staleness.add(i, i * 10);
    }
    assertThat(staleness.percentile(0.5)).isCloseTo(500, withPercentage(0.1));
    assertThat(staleness.percentile(0.99)).isCloseTo(990, withPercentage(0.1));
    assertThat(staleness.percentile(1)).isCloseTo(1000, withPercentage(0.1));
    assertThat(staleness.max()).isEqualTo(1000);
  }

  @Test
  void aPeakBetweenSamplesCountsForTheWorstOnly() {
    Staleness staleness = new Staleness();
    staleness.add(0, 10);
    staleness.peak(70);
    assertThat(staleness.percentile(1)).isCloseTo(10, withPercentage(0.1));
    assertThat(staleness.max()).isEqualTo(70);
  }

  @Test
  void withoutSamplesThereIsNoFigure() {
    assertThat(new Staleness().percentile(0.5)).isNaN();
    assertThat(new Staleness().max()).isNaN();
    assertThat(new Staleness().series()).isEmpty();
  }

  @Test
  void theSeriesKeepsTheWorstOfEachStretch() {
    Staleness staleness = new Staleness();
    for (int i = 0; i < 100_000; i++) {
      staleness.add(i / 1000.0, i == 54_321 ? 9000 : 1);
    }
    assertThat(staleness.series()).hasSizeLessThanOrEqualTo(300);
    assertThat(staleness.series())
        .filteredOn(point -> point.value() == 9000)
        .singleElement()
        .satisfies(point -> assertThat(point.seconds()).isBetween(53.9, 54.4));
  }

  @Test
  void takesNoMoreRoomForTenMillionSamples() {
    Staleness staleness = new Staleness();
    for (int i = 0; i < 10_000_000; i++) {
      staleness.add(i / 10_000.0, i % 1000);
    }
    assertThat(staleness.size()).isEqualTo(10_000_000);
    assertThat(staleness.percentile(0.5)).isCloseTo(500, withPercentage(0.5));
    assertThat(staleness.series()).hasSizeLessThanOrEqualTo(300);
  }
}
