package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class VerifiedBytesTest {
  private static final double KEEP_ALIVE = 190;
  private static final long LOOK_NANOS = 250_000_000;

  @Test
  void keepAlivesAreNoVerification() {
    VerifiedBytes bytes = new VerifiedBytes();
    for (int look = 0; look < 4 * 600; look++) {
      bytes.seen(look * LOOK_NANOS, keepAlives(look), 0);
    }
    assertThat(bytes.ofVerifications()).isZero();
  }

  @Test
  void whatIsCarriedAroundAVerificationIs() {
    VerifiedBytes bytes = new VerifiedBytes();
    for (int look = 0; look < 4 * 600; look++) {
      double begun = Math.floor((look + 2) / 240.0); // half a second before it is counted
      double ended = Math.floor(look / 240.0); // once a minute
      bytes.seen(look * LOOK_NANOS, keepAlives(look) + 1000 * begun, ended);
    }
    assertThat(bytes.ofVerifications()).isCloseTo(9000, within(9 * KEEP_ALIVE));
  }

  /** One every 3.25 s. */
  private static double keepAlives(int look) {
    return KEEP_ALIVE * Math.floor(look / 13.0);
  }
}
