package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Ranges of acknowledged datagrams (P151, P152). */
final class NumberRangesTest {

  @Test
  void travelsAsDistancesAndLengths() { // P152
    NumberRanges ranges = new NumberRanges();
    for (long number : new long[] {4, 9, 3, 5}) {
      assertThat(ranges.add(number)).isTrue();
    }
    assertThat(ranges.add(4)).isFalse();
    assertThat(ranges.encode(10)).containsExactly(3L, 3L, 4L, 1L);
    assertThat(ranges.encode(1)).containsExactly(9L, 1L);
  }

  @Test
  void comesBackAsItWasWhateverTheOrder() { // P152
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      NumberRanges ranges = new NumberRanges();
      TreeSet<Long> model = new TreeSet<>();
      for (int i = 0; i < 60; i++) {
        long number = 1L + random.nextInt(100);
        assertThat(ranges.add(number)).as("seed %d", seed).isEqualTo(model.add(number));
      }
      List<Long> read = new ArrayList<>();
      NumberRanges.decode(
          ranges.encode(1000),
          100,
          (first, last) -> {
            for (long number = first; number <= last; number++) {
              read.add(number);
            }
          });
      assertThat(read).as("seed %d", seed).containsExactlyElementsOf(model);
    }
  }

  @Test
  void keepsTheNewest() {
    NumberRanges ranges = new NumberRanges();
    for (long number = 2; number <= 20; number += 2) {
      ranges.add(number);
    }
    ranges.keepNewest(3);
    assertThat(ranges.size()).isEqualTo(3);
    assertThat(ranges.contains(14)).isFalse();
    assertThat(ranges.contains(16)).isTrue();
  }

  @Test
  void refusesWhatIsNoRange() { // P152
    refuses(List.of(1L));
    refuses(List.of(0L, 1L));
    refuses(List.of(1L, 0L));
    refuses(List.of(-1L, 1L));
    refuses(List.of(11L, 1L));
    refuses(List.of(9L, 3L));
    refuses(List.of(1L, Long.MAX_VALUE));
    refuses(new ArrayList<>(java.util.Collections.nCopies(2 * NumberRanges.MAX_RANGES + 2, 1L)));
  }

  private static void refuses(List<Long> encoded) {
    assertThatThrownBy(() -> NumberRanges.decode(encoded, 10, (first, last) -> {}))
        .isInstanceOf(ProtocolException.class)
        .satisfies(thrown ->
            assertThat(((ProtocolException) thrown).error()).isEqualTo(WireError.BAD_ACK));
  }
}
