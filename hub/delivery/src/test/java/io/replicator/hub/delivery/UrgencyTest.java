package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which change goes when the link is narrow: I5, I7. */
final class UrgencyTest {

  @Test
  void noKeyStarvesUnderLastingOverload() { // I5
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(40_000).withUnsentLimit(2048);
    Lab lab = new Lab(5, Lab.settings(100, 262_144, 16 * 1024), false, narrow);
    int keys = 400;
    for (int i = 0; i < keys; i++) {
      lab.source.quietly("key:" + i, lab.value(200));
    }
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    Map<Key, Long> lastSeen = new HashMap<>();
    long[] longest = {0};
    store.judge =
        (key, value) -> {
          long now = lab.loop.nowNanos();
          longest[0] = Math.max(longest[0], now - lastSeen.getOrDefault(key, now));
          lastSeen.put(key, now);
        };
    // 4000 changes a second of 200 bytes: twenty times what the link carries
    for (int tick = 0; tick < 6000; tick++) {
      for (int i = 0; i < 40; i++) {
        lab.source.put("key:" + lab.random.nextInt(keys), lab.value(200));
      }
      lab.loop.advance(Duration.ofMillis(10));
    }
    long end = lab.loop.nowNanos();
    assertThat(lastSeen).hasSize(keys);
    lastSeen.values().forEach(seen -> longest[0] = Math.max(longest[0], end - seen));
    // All keys once take about 2.2 s; a key changed while its round passes waits for the next.
    assertThat(longest[0]).isLessThan(Duration.ofSeconds(12).toNanos());
    lab.untilEqual(store);
  }

  @Test
  void bytesFollowDistinctKeysNotChanges() { // I5
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(20_000).withUnsentLimit(2048);
    Lab lab = new Lab(6, DeliverySettings.defaults("lab"), false, narrow);
    lab.source.put("hot", "0");
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    TestClient client = lab.connect(store);
    lab.untilEqual(store);
    long before = client.received;
    for (int i = 0; i < 1000; i++) {
      lab.source.put("hot", lab.value(2000));
      lab.loop.advance(Duration.ofMillis(1));
    }
    lab.untilEqual(store);
    // a second of the link and a batch, not 2 MB
    assertThat(client.received - before).isLessThan(40_000);
  }

  @Test
  void liveChangesGoAheadOfBackfill() { // I7
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(100_000).withUnsentLimit(4096);
    Lab lab = new Lab(7, DeliverySettings.defaults("lab"), false, narrow);
    lab.fill(5000, 500); // 25 s of this link
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.loop.advance(Duration.ofSeconds(5));
    assertThat(store.loading).isTrue();
    lab.source.put("urgent", "now");
    long begin = lab.loop.nowNanos();
    lab.loop.runUntil(
        Duration.ofSeconds(1), "urgent is there", () -> store.values.containsKey(Key.of("urgent")));
    assertThat(lab.loop.nowNanos() - begin).isLessThan(Duration.ofMillis(120).toNanos());
    assertThat(store.loading).isTrue();
    lab.untilEqual(store);
  }

  @Test
  void foldsALargeLiveRoundIntoBackfillAndStaysFresh() { // I5, I7
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(50_000).withUnsentLimit(4096);
    Lab lab = new Lab(8, Lab.settings(100, 262_144, 16 * 1024), false, narrow);
    lab.fill(2000, 200);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    lab.link.cut();
    lab.loop.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 1500; i++) {
      lab.source.put(String.format("key:%06d", i), lab.value(200));
    }
    TestClient client = lab.connect(store);
    lab.loop.advance(Duration.ofSeconds(1));
    assertThat(lab.count(DeliveryCounter.FOLDS)).isEqualTo(1);
    lab.source.put("fresh", "1");
    lab.loop.runUntil(
        Duration.ofSeconds(1), "fresh is there", () -> store.values.containsKey(Key.of("fresh")));
    lab.untilEqual(store);
    assertThat(store.snapshotsBegun).isEqualTo(1);
    assertThat(client.applied.stream().map(Batch::lane)).contains(Lane.BACKFILL);
    lab.loop.runUntil(Lab.LONG, "backfill ends", () -> !client.backfilling);
  }

  @Test
  void idleLineSendsOneChangeAtOnce() { // I7
    Lab lab = Lab.plain();
    lab.fill(10, 10);
    lab.source.scan();
    TestClient client = lab.connect(new TestClient.Store());
    lab.untilEqual(client.store);
    lab.loop.advance(Duration.ofSeconds(3));
    long begin = lab.loop.nowNanos();
    lab.source.put("key:000001", "x");
    lab.untilEqual(client.store);
    // one read of 100 us and nothing else
    assertThat(lab.loop.nowNanos() - begin).isLessThan(Duration.ofMillis(1).toNanos());
    Batch last = client.applied.getLast();
    assertThat(last.lane()).isEqualTo(Lane.LIVE);
    assertThat(last.changes()).hasSize(1).first().isInstanceOf(Change.Put.class);
  }
}
