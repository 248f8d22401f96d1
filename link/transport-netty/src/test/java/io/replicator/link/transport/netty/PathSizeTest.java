package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How large datagrams are, by a clock that the test moves. */
class PathSizeTest {
  private static final long SECOND = 1_000_000_000L;

  private final PathSize size = new PathSize(1150);

  @Test
  void fallsBelowWhatDidNotFit() {
    assertThat(size.bytes(0)).isEqualTo(1150);
    size.didNotFit(1150, 0);
    assertThat(size.bytes(SECOND)).isEqualTo(1086);
    size.didNotFit(700, SECOND); // one that was under way
    assertThat(size.bytes(SECOND)).isEqualTo(636);
    size.didNotFit(600, SECOND);
    size.didNotFit(550, SECOND);
    assertThat(size.bytes(SECOND)).isEqualTo(QuicSettings.MIN_MAX_BYTES);
  }

  @Test
  void comesUpAgainStepByStepAndNoFurtherThanItWas() {
    size.didNotFit(1100, 0);
    assertThat(size.bytes(29 * SECOND)).isEqualTo(1036);
    assertThat(size.bytes(30 * SECOND)).isEqualTo(1100);
    assertThat(size.bytes(31 * SECOND)).isEqualTo(1100);
    size.didNotFit(1100, 32 * SECOND); // the path is as narrow as before
    assertThat(size.bytes(61 * SECOND)).isEqualTo(1036);
    assertThat(size.bytes(62 * SECOND)).isEqualTo(1100);
    assertThat(size.bytes(92 * SECOND)).isEqualTo(1150);
    assertThat(size.bytes(200 * SECOND)).isEqualTo(1150);
  }
}
