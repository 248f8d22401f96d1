package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a hub does for nobody before the first client comes. */
final class RehearsalTest {
  private static final Duration WHILE = Duration.ofSeconds(2);

  @Test
  void readsTheFirstBatchesOnceTheDatabaseIsReady() {
    Lab lab = lab(20_000);
    lab.hub.rehearse(2);
    lab.loop.advance(WHILE);
    assertThat(lab.source.keysRead).isZero();
    lab.source.scan();
    lab.loop.advance(WHILE);
    assertThat(lab.source.keysRead).isBetween(200L, 15_000L);
    assertThat(lab.count(DeliveryCounter.BATCHES_BUILT)).isZero();
  }

  @Test
  void endsWhereTheDatabaseEnds() {
    Lab lab = lab(100);
    lab.hub.rehearse(1000);
    lab.source.scan();
    lab.loop.advance(WHILE);
    assertThat(lab.source.keysRead).isEqualTo(100);
  }

  @Test
  void whoComesMeanwhileGetsEverything() { // I1
    Lab lab = lab(20_000);
    lab.hub.rehearse(1000);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.source.put("key:000001", "new");
    lab.untilEqual(store);
    assertThat(store.snapshotsEnded).isEqualTo(1);
    assertThat(lab.source.keysRead).isLessThan(40_000);
  }

  @Test
  void aReadThatFailsEndsIt() {
    Lab lab = lab(1000);
    lab.source.failReads = 1;
    lab.hub.rehearse(1000);
    lab.source.scan();
    lab.loop.advance(WHILE);
    assertThat(lab.source.reads).isLessThan(8);
  }

  private static Lab lab(int keys) {
    Lab lab = Lab.plain();
    lab.hub.reconcileWith(ReconcileSettings.DEFAULTS.withAheadKeysPerSecond(0)); // it reads too
    lab.fill(keys, 200);
    return lab;
  }
}
