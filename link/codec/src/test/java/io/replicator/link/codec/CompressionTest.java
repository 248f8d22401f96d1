package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replicator.link.codec.CodecException.Category;
import io.replicator.link.wire.Codec;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionTest {
  private static final int LIMIT = 1 << 20;

  @ParameterizedTest
  @EnumSource
  void decompressesWhatItCompressed(Compression compression) {
    for (int size : new int[] {0, 1, 100, 5_000, 300_000}) {
      byte[] raw = text(size);
      for (int level :
          List.of(compression.minLevel(), compression.defaultLevel(), compression.maxLevel())) {
        byte[] data = compression.compress(raw, level);
        assertThat(compression.decompress(data, size, LIMIT)).isEqualTo(raw);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void neverUnfoldsMoreThanAnnounced(Compression compression) {
    byte[] bomb = compression.compress(new byte[10_000_000], compression.defaultLevel());

    assertThat(bomb.length).isLessThan(100_000);
    refused(() -> compression.decompress(bomb, 5_000, LIMIT), Category.COMPRESSION);
    refused(() -> compression.decompress(bomb, 10_000_000, LIMIT), Category.TOO_LARGE);
    refused(() -> compression.decompress(bomb, -1, LIMIT), Category.TOO_LARGE);
  }

  @ParameterizedTest
  @EnumSource
  void refusesDataThatIsShorterThanAnnounced(Compression compression) {
    byte[] data = compression.compress(text(1000), compression.defaultLevel());

    refused(() -> compression.decompress(data, 1001, LIMIT), Category.COMPRESSION);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void refusesGarbageAndHalves(Compression compression) {
    byte[] garbage = new byte[500];
    Arrays.fill(garbage, (byte) 0xff);
    byte[] data = compression.compress(text(1000), compression.defaultLevel());

    refused(() -> compression.decompress(garbage, 1000, LIMIT), Category.COMPRESSION);
    refused(() -> compression.decompress(new byte[0], 1000, LIMIT), Category.COMPRESSION);
    refused(
        () -> compression.decompress(Arrays.copyOf(data, data.length / 2), 1000, LIMIT),
        Category.COMPRESSION);
  }

  @ParameterizedTest
  @EnumSource
  void worksOnAllWorkersAtOnce(Compression compression) throws Exception {
    try (var workers = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> tasks =
          IntStream.range(0, 64)
              .<Callable<Boolean>>mapToObj(i -> () -> roundTrips(compression, text(1000 + i)))
              .toList();
      for (Future<Boolean> task : workers.invokeAll(tasks)) {
        assertThat(task.get()).isTrue();
      }
    }
  }

  @Test
  void theClientsFirstChoiceThatTheHubAllowsWins() {
    List<Codec> wanted =
        List.of(Codec.UNRECOGNIZED, Codec.CODEC_XZ, Codec.CODEC_GZIP, Codec.CODEC_ZSTD);

    assertThat(Compression.negotiate(wanted, EnumSet.allOf(Compression.class)))
        .isEqualTo(Compression.XZ);
    assertThat(Compression.negotiate(wanted, EnumSet.of(Compression.ZSTD, Compression.GZIP)))
        .isEqualTo(Compression.GZIP);
  }

  @Test
  void noCompressionInCommonIsAnErrorThatNamesBothSides() {
    ProtocolException error =
        catchThrowableOfType(
            ProtocolException.class,
            () -> Compression.negotiate(List.of(Codec.CODEC_XZ), EnumSet.of(Compression.ZSTD)));

    assertThat(error).hasMessageContaining("[xz]").hasMessageContaining("[zstd]");
    assertThat(error.error()).isEqualTo(WireError.NO_COMMON_CODEC);
  }

  @Test
  void aLevelOutOfRangeNamesTheRange() {
    assertThatThrownBy(() -> Compression.GZIP.compress(new byte[1], 10))
        .hasMessage("gzip level 10: 1 to 9 expected");
  }

  @Test
  void namesAreReadInAnyCaseAndUnknownOnesRefused() {
    assertThat(Compression.parse(" Zstd")).isEqualTo(Compression.ZSTD);
    assertThatThrownBy(() -> Compression.parse("brotli"))
        .hasMessage("unknown compression 'brotli': expected zstd, gzip, lz4, xz or none");
  }

  static byte[] text(int size) {
    byte[] text = new byte[size];
    Random random = new Random(size);
    for (int i = 0; i < size; i++) {
      text[i] = (byte) ('a' + random.nextInt(4));
    }
    return text;
  }

  private static boolean roundTrips(Compression compression, byte[] raw) {
    byte[] data = compression.compress(raw, compression.defaultLevel());
    return Arrays.equals(raw, compression.decompress(data, raw.length, LIMIT));
  }

  private static void refused(Callable<?> call, Category category) {
    CodecException error = catchThrowableOfType(CodecException.class, call::call);
    assertThat(error).isNotNull();
    assertThat(error.category()).isEqualTo(category);
  }
}
