package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compressed data that was nearly right: each decompressor, the native ones above all, gives the
 * announced number of bytes or a {@link CodecException}, never a crash and never more memory. A
 * fuzzer sees nothing of native code and seldom gets past its first bytes; here data that is right
 * is broken a little, so that most of it is gone through. {@code -Dreplicator.seeds=N} replays one
 * seed, {@code -Dreplicator.broken=N} tries so many a codec (20,000 by default).
 */
final class BrokenDataTest {
  private static final int MOST_RAW = 1 << 17;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void givesWhatWasAnnouncedOrRefuses(Compression compression) {
    long seed = Long.getLong("replicator.seeds", 20_26);
    int tries = Integer.getInteger("replicator.broken", 20_000) / (slow(compression) ? 10 : 1);
    System.out.println("BrokenDataTest " + compression + " seed " + seed + ", " + tries + " tries");
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> raws = raws(random);
    List<byte[]> datas = new ArrayList<>();
    for (byte[] raw : raws) {
      datas.add(compression.compress(raw, level(compression, random)));
    }
    int refused = 0;
    for (int i = 0; i < tries; i++) {
      int n = random.nextInt(raws.size());
      byte[] broken = broken(datas.get(n), datas.get(random.nextInt(datas.size())), random);
      int announced = random.nextInt(4) == 0 ? random.nextInt(MOST_RAW + 1) : raws.get(n).length;
      try {
        assertThat(compression.decompress(broken, announced, MOST_RAW)).hasSize(announced);
      } catch (CodecException e) {
        refused++;
      }
    }
    assertThat(refused).as("refused of %d", tries).isGreaterThan(tries / 10);
    // Whatever happened to it, the decompressor still works.
    for (int n = 0; n < raws.size(); n++) {
      assertThat(compression.decompress(datas.get(n), raws.get(n).length, MOST_RAW))
          .isEqualTo(raws.get(n));
    }
  }

  private static boolean slow(Compression compression) {
    return compression == Compression.XZ || compression == Compression.GZIP;
  }

  private static int level(Compression compression, SplittableRandom random) {
    return compression.minLevel()
        + random.nextInt(compression.maxLevel() - compression.minLevel() + 1);
  }

  /** Data of many kinds, so that all parts of a format are used. */
  private static List<byte[]> raws(SplittableRandom random) {
    List<byte[]> raws = new ArrayList<>();
    for (int size : new int[] {1, 20, 300, 5_000, 40_000, MOST_RAW}) {
      byte[] noise = new byte[size];
      random.nextBytes(noise);
      raws.add(noise);
      byte[] words = new byte[size];
      for (int i = 0; i < size; i++) {
        words[i] =
            (byte) ("the key quote:IBM 131.2 ".charAt(i % 24) + (random.nextInt(9) == 0 ? 1 : 0));
      }
      raws.add(words);
      byte[] runs = new byte[size];
      for (int at = 0; at < size; ) {
        int to = Math.min(size, at + 1 + random.nextInt(500));
        Arrays.fill(runs, at, to, (byte) random.nextInt(4));
        at = to;
      }
      raws.add(runs);
    }
    return raws;
  }

  /** One to four small wounds. */
  private static byte[] broken(byte[] data, byte[] other, SplittableRandom random) {
    byte[] result = data.clone();
    int wounds = 1 + random.nextInt(4);
    for (int i = 0; i < wounds && result.length > 0; i++) {
      int at = random.nextInt(result.length);
      switch (random.nextInt(6)) {
        case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> result[at] = (byte) random.nextInt(256);
        case 2 -> result = Arrays.copyOf(result, at);
        case 3 -> result = Arrays.copyOf(result, result.length + 1 + random.nextInt(64));
        case 4 -> {
          int length = Math.min(1 + random.nextInt(32), result.length - at);
          int from = random.nextInt(result.length - length + 1);
          System.arraycopy(result.clone(), from, result, at, length);
        }
        default -> {
          int length = Math.min(random.nextInt(200), Math.min(result.length - at, other.length));
          System.arraycopy(other, 0, result, at, length);
        }
      }
    }
    return result;
  }
}
