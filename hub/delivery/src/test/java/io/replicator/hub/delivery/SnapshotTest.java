package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.link.wire.FeedGrant;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a snapshot brings and when it ends: I1, I2. */
final class SnapshotTest {

  @Test
  void convergesAfterInitialLoadAndChanges() { // I1
    Lab lab = Lab.plain();
    lab.fill(3000, 100);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    lab.source.put("key:000001", "new");
    lab.source.remove("key:000002");
    lab.source.put("another", "x");
    lab.untilEqual(store);
    assertThat(store.snapshotsBegun).isEqualTo(1);
    assertThat(store.snapshotsEnded).isEqualTo(1);
  }

  @Test
  void neverEndsASnapshotBeforeTheFirstScanIsComplete() { // I1
    Lab lab = Lab.plain();
    lab.fill(10, 10);
    lab.source.told().scanBegan("start");
    TestClient.Store store = new TestClient.Store();
    TestClient client = lab.connect(store);
    lab.loop.advance(Duration.ofSeconds(5));
    assertThat(client.welcome).isNotNull();
    assertThat(client.applied).isEmpty();
    lab.source.scan();
    lab.untilEqual(store);
  }

  @Test
  void anEmptyDatabaseIsASnapshotToo() { // I1
    Lab lab = Lab.plain();
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    store.values.put(Key.of("left over"), new byte[1]);
    lab.connect(store);
    lab.loop.runUntil(Lab.LONG, "snapshot ends", () -> store.snapshotsEnded == 1);
    assertThat(store.values).isEmpty();
  }

  @Test
  void historyLostMeansSnapshotForAll() { // I2
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    lab.source.quietly("key:000001", null);
    lab.source.told().historyLost("test");
    lab.source.scan();
    lab.loop.runUntil(Lab.LONG, "second snapshot", () -> store.snapshotsEnded == 2);
    lab.untilEqual(store);
  }

  @Test
  void cursorOfAnotherEpochAndGarbageMeanSnapshotWithReason() {
    Lab lab = Lab.plain();
    lab.fill(10, 10);
    lab.source.scan();
    lab.loop.runReady();
    Cursor foreign = CursorCodec.cursor(1, 2, FeedPosition.snapshot(3), ChainMark.UNKNOWN);
    assertThat(grantFor(lab, foreign).getReason()).isEqualTo("unknown epoch");
    assertThat(grantFor(lab, new Cursor(new byte[] {9, 9}, new byte[0])).getReason())
        .isEqualTo("unreadable cursor");
  }

  private static FeedGrant grantFor(Lab lab, Cursor cursor) {
    TestClient.Store store = new TestClient.Store();
    store.cursor = cursor;
    TestClient client = lab.connect(store);
    lab.untilEqual(store);
    return client.granted().getFeeds(0);
  }

  @Test
  void aSourceThatCannotBeReadIsAskedAgain() { // I2
    Lab lab = Lab.plain();
    lab.fill(1000, 10);
    lab.source.failReads = 7;
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    assertThat(lab.count(DeliveryCounter.READS_FAILED)).isPositive();
  }
}
