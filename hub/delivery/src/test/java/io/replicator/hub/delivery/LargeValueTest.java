package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Values larger than a batch, on their way in parts. */
final class LargeValueTest {

  @Test
  void aLargeValueTravelsInPartsAlsoWhenItChangesMeanwhile() {
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    byte[] large = lab.value(3_000_000);
    lab.source.quietly("key:000050x", large);
    lab.source.largeReadsToDisturb = 5;
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    assertThat(lab.count(DeliveryCounter.LARGE_CHANGED)).isEqualTo(3);
    assertThat(lab.source.wholeReads).isEqualTo(1);
    lab.source.largeReadsToDisturb = 0;
    lab.source.put("key:000050x", lab.value(2_000_000));
    lab.untilEqual(store);
  }
}
