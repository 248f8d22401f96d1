package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A batch for nobody. */
final class DecodeRehearsalTest {
  @Test
  void everyEntryComesBackEachTime() {
    assertThat(DecodeRehearsal.run()).isEqualTo(8000);
  }
}
