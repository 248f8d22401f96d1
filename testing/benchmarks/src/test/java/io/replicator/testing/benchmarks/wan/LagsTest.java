package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LagsTest {
  @Test
  void percentilesAreGoodToATwentiethAfterTheWayThroughText() {
    LagBuckets printed = new LagBuckets();
    for (int i = 1; i <= 1000; i++) {
      printed.add(i);
    }
    LagBuckets lags = new LagBuckets();
    lags.add(printed.text());
    lags.add("");

    assertThat(lags.count()).isEqualTo(1000);
    assertThat(lags.percentile(0.5)).isCloseTo(500, within(25.0));
    assertThat(lags.percentile(0.99)).isCloseTo(990, within(50.0));
    assertThat(new LagBuckets().percentile(0.5)).isNaN();
  }

  @Test
  void aStampIsReadBackAndWhatHasNoneSaysSo() {
    byte[] value = Stamp.value(17, 3, 1_234_567_890_123L);
    assertThat(new String(value, StandardCharsets.US_ASCII)).contains(",\"id\":17,");
    assertThat(Stamp.nanos(value)).isEqualTo(1_234_567_890_123L);
    assertThat(Stamp.nanos(Data.bytes("{\"id\":17,\"symbol\":\"ABCD\"}"))).isEqualTo(-1);
    assertThat(Stamp.nanos(Data.bytes("{}"))).isEqualTo(-1);
  }

  @Test
  void aKeyIsStaleSinceTheChangeAfterTheOneThatIsShown() {
    KeyHistory history = new KeyHistory(2);
    for (int i = 1; i <= 20; i++) {
      assertThat(history.changed(1, 100L * i)).isEqualTo(i);
    }
    assertThat(history.staleNanos(1, 20, 5000)).isZero();
    assertThat(history.staleNanos(1, 19, 5000)).isEqualTo(3000);
    assertThat(history.staleNanos(1, 0, 5000)).isEqualTo(4900);
    assertThat(history.staleNanos(0, 0, 5000)).isZero();
  }
}
