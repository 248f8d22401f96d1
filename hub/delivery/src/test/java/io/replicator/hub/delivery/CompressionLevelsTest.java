package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.codec.Compression;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CompressionLevelsTest {
  private static int level(long bytesPerSecond, boolean busy) {
    return CompressionLevels.of(
        Compression.ZSTD, OptionalInt.empty(), OptionalLong.of(bytesPerSecond), busy);
  }

  @Test
  void slowerLinksGetHigherLevels() {
    assertThat(level(100_000_000, false)).isEqualTo(1);
    assertThat(level(12_000_000, false)).isEqualTo(1);
    assertThat(level(2_000_000, false)).isEqualTo(6);
    assertThat(level(1_200_000, false)).isEqualTo(9);
    assertThat(level(30_000, false)).isEqualTo(12);
    assertThat(level(0, false)).isEqualTo(12);
  }

  @Test
  void busyWorkersAndLinksNeverFilledGetTheFastestLevel() {
    assertThat(level(30_000, true)).isEqualTo(1);
    assertThat(
            CompressionLevels.of(
                Compression.ZSTD, OptionalInt.empty(), OptionalLong.empty(), false))
        .isEqualTo(1);
  }

  @Test
  void theFirstMegabyteToAFarPeerIsMadeSmall() {
    OptionalLong far = OptionalLong.of(100_000_000);
    OptionalLong near = OptionalLong.of(300_000);
    OptionalLong unknown = OptionalLong.empty();
    assertThat(CompressionLevels.rate(unknown, far, 0)).hasValue(1_000_000);
    assertThat(CompressionLevels.rate(unknown, far, 1_000_000)).isEmpty();
    assertThat(CompressionLevels.rate(unknown, near, 0)).isEmpty();
    assertThat(CompressionLevels.rate(unknown, unknown, 0)).isEmpty();
    OptionalLong fast = OptionalLong.of(9_000_000);
    assertThat(CompressionLevels.rate(fast, far, 0)).hasValue(1_000_000);
    assertThat(CompressionLevels.rate(fast, far, 1_000_000)).isEqualTo(fast);
    assertThat(CompressionLevels.rate(fast, near, 0)).isEqualTo(fast);
    assertThat(CompressionLevels.rate(OptionalLong.of(9_000), far, 0)).hasValue(9_000);
  }

  @Test
  void theOperatorsLevelStandsWhereTheCompressionHasIt() {
    OptionalInt fixed = OptionalInt.of(19);
    assertThat(CompressionLevels.of(Compression.ZSTD, fixed, OptionalLong.of(1), true))
        .isEqualTo(19);
    assertThat(CompressionLevels.of(Compression.GZIP, fixed, OptionalLong.of(1), true))
        .isEqualTo(Compression.GZIP.defaultLevel());
  }
}
