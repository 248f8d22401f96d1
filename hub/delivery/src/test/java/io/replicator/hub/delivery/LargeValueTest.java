package io.replicator.hub.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values larger than a batch, on their way in parts. */
final class LargeValueTest {
  private static final MemoryLink.Settings NARROW =
      MemoryLink.Settings.FAST.withRate(100_000).withUnsentLimit(4096);

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

  @Test
  void otherChangesDoNotWaitForALargeValue() { // I7
    Lab lab = new Lab(11, DeliverySettings.defaults("lab"), false, NARROW);
    lab.fill(100, 10);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    TestClient client = lab.connect(store);
    lab.untilEqual(store);
    lab.source.put("key:000000", "so that the large one is in the middle of a round");
    lab.source.put("key:000050", lab.value(6_000_000)); // a minute of it
    lab.source.put("key:000099", "in the same round");
    lab.loop.advance(Duration.ofSeconds(10));

    for (int i = 0; i < 20; i++) {
      lab.source.put("key:000070", "later " + i);
      long begin = lab.loop.nowNanos();
      byte[] wanted = ("later " + i).getBytes(ISO_8859_1);
      lab.loop.runUntil(
          Duration.ofSeconds(2),
          "a later change is there",
          () -> Arrays.equals(wanted, store.values.get(Key.of("key:000070"))));
      assertThat(lab.loop.nowNanos() - begin).isLessThan(Duration.ofMillis(300).toNanos());
      lab.loop.advance(Duration.ofMillis(500));
    }
    assertThat(store.values.get(Key.of("key:000050"))).hasSize(10);
    assertThat(lab.count(DeliveryCounter.LARGE_ASIDE)).isEqualTo(1);
    lab.untilEqual(store);
    lab.loop.runUntil(Lab.LONG, "backfill ends", () -> !client.backfilling);
  }

  @Test
  void aLargeValueThatChangesAllTheTimeArrivesNevertheless() { // I5
    Lab lab = new Lab(12, DeliverySettings.defaults("lab"), false, NARROW);
    lab.fill(10, 10);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    int arrived = 0;
    byte[] seen = new byte[0];
    for (int i = 0; i < 200; i++) {
      lab.source.put("key:000005", lab.value(3_000_000)); // 30 s of it
      lab.source.put("key:000007", "small " + i);
      lab.loop.advance(Duration.ofSeconds(5));
      byte[] now = store.values.get(Key.of("key:000005"));
      if (now != null && now.length > 10 && !Arrays.equals(now, seen)) {
        arrived++;
        seen = now;
      }
    }
    assertThat(lab.count(DeliveryCounter.LARGE_ASIDE)).isPositive();
    assertThat(arrived).isGreaterThan(2);
    lab.untilEqual(store);
  }

  @Test
  void aLargeValuePutAsideSurvivesACut() { // I4
    Lab lab = new Lab(13, DeliverySettings.defaults("lab"), false, NARROW);
    lab.fill(100, 10);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    lab.source.put("key:000050", lab.value(4_000_000));
    lab.source.put("key:000099", "in the same round");
    for (int i = 0; i < 3; i++) {
      lab.loop.advance(Duration.ofSeconds(10));
      lab.link.cut();
      lab.source.put("key:00007" + i, "while it was cut");
      lab.loop.advance(Duration.ofSeconds(1));
      lab.connect(store);
    }
    lab.untilEqual(store);
    assertThat(store.snapshotsBegun).isEqualTo(1);
  }

  @Test
  void subscribersAtOnePlaceShareTheSlices() {
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    lab.source.scan();
    List<TestClient.Store> stores = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      TestClient.Store store = new TestClient.Store();
      stores.add(store);
      lab.connect(store);
    }
    stores.forEach(lab::untilEqual);
    long before = lab.count(DeliveryCounter.LARGE_SLICES);
    lab.source.put("key:000050", lab.value(8_000_000));
    stores.forEach(lab::untilEqual);

    assertThat(lab.source.largeReads).isEqualTo(1);
    long read = lab.count(DeliveryCounter.LARGE_SLICES) - before;
    assertThat(lab.count(DeliveryCounter.LARGE_SLICES_SHARED)).isEqualTo(4 * read);
  }

  @Test
  void whoIsTooFarBehindReadsForItself() { // I6
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    lab.source.scan();
    TestClient.Store fast = new TestClient.Store();
    TestClient.Store slow = new TestClient.Store();
    lab.connect(fast);
    TestClient stalled = lab.connect(slow);
    lab.untilEqual(fast);
    lab.untilEqual(slow);
    stalled.acks = false;
    lab.source.put("key:000050", lab.value(30_000_000));
    lab.untilEqual(fast);
    stalled.acks = true;
    stalled.ackAll();
    lab.untilEqual(slow);

    assertThat(lab.source.largeReads).isEqualTo(2);
  }
}
