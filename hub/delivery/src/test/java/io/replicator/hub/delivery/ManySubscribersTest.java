package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.Pong;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Subscribers side by side: what they share, and that none holds up another (I6). */
final class ManySubscribersTest {

  @Test
  void eachBatchIsReadEncodedAndCompressedOnceForAll() {
    Lab lab = Lab.plain();
    lab.fill(5000, 100);
    lab.source.scan();
    List<TestClient.Store> stores = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      stores.add(new TestClient.Store());
      lab.connect(stores.getLast());
    }
    stores.forEach(lab::untilEqual);
    assertThat(lab.source.keysRead).isLessThan(6000);
    long builtBefore = lab.count(DeliveryCounter.BATCHES_BUILT);
    long readBefore = lab.source.keysRead;
    lab.source.put("key:000001", "once");
    stores.forEach(lab::untilEqual);
    assertThat(lab.count(DeliveryCounter.BATCHES_BUILT) - builtBefore).isEqualTo(1);
    assertThat(lab.source.keysRead - readBefore).isEqualTo(1);
    assertThat(lab.count(DeliveryCounter.BATCHES_SHARED)).isGreaterThanOrEqualTo(19);
  }

  @Test
  void subscribersAtDifferentPlacesMeetAgain() {
    Lab lab = Lab.plain();
    lab.fill(500, 100);
    lab.source.scan();
    List<TestClient.Store> stores = new ArrayList<>();
    for (int i = 0; i < 60; i++) { // each comes at a moment, and so at a version, of its own
      stores.add(new TestClient.Store());
      lab.connect(stores.getLast());
      change(lab, 7);
    }
    change(lab, 300);
    long builtBefore = lab.count(DeliveryCounter.BATCHES_BUILT);
    long readBefore = lab.source.keysRead;
    change(lab, 1000);
    long built = lab.count(DeliveryCounter.BATCHES_BUILT) - builtBefore;
    assertThat(lab.source.keysRead - readBefore).isBetween(950L, 1100L);
    assertThat(built).isBetween(20L, 150L); // in a tenth of a second, a tick every 1.8 ms
    stores.forEach(lab::untilEqual);
  }

  /** So many changes, each a tenth of a millisecond after the one before. */
  private static void change(Lab lab, int times) {
    for (int i = 0; i < times; i++) {
      lab.source.put("key:" + String.format("%06d", lab.random.nextInt(500)), lab.value(50));
      lab.loop.advance(Duration.ofNanos(100_000));
    }
  }

  @Test
  void aStalledSubscriberHoldsNothingUp() { // I6, I9
    Lab lab = Lab.plain();
    lab.fill(3000, 1000);
    lab.source.scan();
    TestClient stalled = new TestClient(new TestClient.Store());
    stalled.acks = false;
    lab.connect(stalled, TestClient.hello(stalled.store).setWindowBytes(64 * 1024).build());
    List<TestClient.Store> stores = new ArrayList<>();
    for (int i = 0; i < 49; i++) {
      stores.add(new TestClient.Store());
      lab.connect(stores.getLast());
    }
    stores.forEach(lab::untilEqual);
    for (int i = 0; i < 100; i++) {
      lab.source.put("key:000001", lab.value(100));
      lab.loop.advance(Duration.ofMillis(10));
    }
    stores.forEach(lab::untilEqual);
    // the window, one live batch and two of backfill
    assertThat(stalled.received).isLessThan(64 * 1024 + 64 * 1024 + 2 * 520 * 1024);
    stalled.ackAll();
    stalled.acks = true;
    lab.untilEqual(stalled.store);
  }

  @Test
  void nothingIsBuiltWithoutCredit() { // I6
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    lab.source.scan();
    TestClient client = new TestClient(new TestClient.Store());
    lab.connect(client, TestClient.hello(client.store).setWindowBytes(16 * 1024).build());
    lab.untilEqual(client.store);
    client.acks = false;
    for (int i = 0; i < 300; i++) {
      lab.source.put("key:" + i, lab.value(1000));
      lab.loop.advance(Duration.ofMillis(10));
    }
    long read = lab.source.keysRead;
    lab.loop.advance(Duration.ofSeconds(5));
    assertThat(lab.source.keysRead).isEqualTo(read).isLessThan(100 + 150);
    client.ackAll();
    client.acks = true;
    lab.untilEqual(client.store);
  }

  @Test
  void aSilentClientIsTakenForDead() { // I6
    Lab lab = Lab.plain();
    lab.source.scan();
    TestClient client = lab.connect(new TestClient.Store());
    lab.loop.advance(Duration.ofSeconds(5));
    assertThat(lab.hub.status().subscribers()).hasSize(1);
    lab.link.blackhole();
    lab.loop.advance(Duration.ofSeconds(45));
    assertThat(lab.count(DeliveryCounter.KEEPALIVE_TIMEOUTS)).isEqualTo(1);
    assertThat(client.store.cursor.isNone()).isFalse();
  }

  @Test
  void drainingGivesWhatThereIsAndSaysGoodBye() {
    Lab lab = Lab.plain();
    lab.fill(3000, 100);
    lab.source.scan();
    TestClient client = lab.connect(new TestClient.Store());
    lab.loop.runUntil(Lab.LONG, "welcome", () -> client.welcome != null);
    boolean[] drained = {false};
    lab.hub.drain(Duration.ofSeconds(30)).thenRun(() -> drained[0] = true);
    lab.loop.runUntil(Lab.LONG, "drained", () -> drained[0] && client.error != null);
    assertThat(client.refusal()).isEqualTo(WireError.GOING_AWAY.code());
    assertThat(lab.isEqual(client.store)).isTrue();
  }

  @Test
  void statusShowsLagAndBytes() {
    Lab lab = Lab.plain();
    lab.fill(100, 100);
    lab.source.scan();
    TestClient client = lab.connect(new TestClient.Store());
    lab.untilEqual(client.store);
    lab.loop.advance(Duration.ofMillis(100));
    HubStatus.FeedStatus feed = lab.hub.status().subscribers().getFirst().feeds().getFirst();
    assertThat(feed.state()).isEqualTo("live");
    assertThat(feed.lagVersions()).isZero();
    assertThat(feed.keysSent()).isEqualTo(100);
    assertThat(feed.wireBytes()).isGreaterThan(feed.compressedBytes());
    client.acks = false;
    lab.source.put("key:000001", "x");
    lab.loop.advance(Duration.ofSeconds(2));
    feed = lab.hub.status().subscribers().getFirst().feeds().getFirst();
    assertThat(feed.lagVersions()).isEqualTo(1);
    assertThat(feed.lagSeconds()).isBetween(1.9, 2.1);
    client.send(Frame.newBuilder().setPing(Ping.newBuilder().setNonce(7)).build());
    lab.loop.runUntil(Lab.LONG, "the pong", () -> client.pong != null);
    Pong pong = Objects.requireNonNull(client.pong);
    assertThat(pong.getLagsList()).hasSize(1); // P96
    assertThat(pong.getLags(0).getLagMillis()).isBetween(1_900L, 2_100L);
  }
}
