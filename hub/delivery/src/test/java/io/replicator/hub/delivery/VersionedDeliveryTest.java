package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.link.wire.FeedGrant;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A versioned database: consistent versions (I8) and cursors that outlive a hub (I4). */
final class VersionedDeliveryTest {

  @Test
  void aVersionedTargetShowsAVersionOnlyWhenAllOfItIsThere() { // I8
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(100_000).withUnsentLimit(4096);
    Lab lab = new Lab(9, Lab.settings(1000, 262_144, 16 * 1024), true, narrow);
    for (int i = 0; i < 300; i++) {
      lab.source.quietly("key:" + i, lab.numbered(0, 1000));
    }
    lab.source.version = 10;
    lab.source.told().versionKnown(10, 10);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    long[] shown = {0};
    for (int step = 0; step < 400; step++) {
      Map<String, byte[]> puts = new TreeMap<>();
      for (int i = 0; i < 1 + lab.random.nextInt(40); i++) {
        puts.put("key:" + lab.random.nextInt(300), lab.numbered(lab.source.version + 1, 100));
      }
      lab.source.commit(puts, List.of());
      lab.loop.advance(Duration.ofMillis(lab.random.nextInt(40)));
      requireWhole(lab, store);
      shown[0] = Math.max(shown[0], store.chainVersion);
    }
    lab.loop.runUntil(
        Lab.LONG, "the newest version is shown", () -> store.chainVersion == lab.source.version);
    requireWhole(lab, store);
    lab.untilEqual(store);
    assertThat(shown[0]).isGreaterThan(50);
    assertThat(store.chain.lastEntry().getValue())
        .isEqualTo(lab.source.lists.lastEntry().getValue());
  }

  private static void requireWhole(Lab lab, TestClient.Store store) {
    if (store.chainVersion > 0) {
      assertThat(store.values).as("loaded before a version is shown").hasSize(300);
    }
    lab.source
        .lists
        .headMap(store.chainVersion, true)
        .forEach((version, keys) ->
            keys.forEach(key ->
                assertThat(Lab.number(store.value(key)))
                    .as(key + " of version " + version + ", shown " + store.chainVersion)
                    .isGreaterThanOrEqualTo(version)));
  }

  @Test
  void aVersionedCursorOutlivesTheHub() { // I4
    Lab lab = Lab.versioned();
    lab.source.version = 5;
    lab.fill(200, 20);
    lab.source.told().versionKnown(5, 5);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.loop.runUntil(Lab.LONG, "loaded", () -> store.chainVersion == 5);
    lab.link.cut();
    lab.hub.close();
    lab.source.commit(Map.of("key:000001", new byte[] {1}), List.of("key:000002"));
    FakeSource same = new FakeSource(lab.loop, 0, true);
    same.values.putAll(lab.source.values);
    same.lists.putAll(lab.source.lists);
    same.version = lab.source.version;
    lab.hub = lab.newHub(DeliverySettings.defaults("other"), same);
    same.told().versionKnown(6, 5);
    same.scan();
    TestClient client = lab.connect(store);
    lab.loop.runUntil(Lab.LONG, "version 6", () -> store.chainVersion == 6);
    assertThat(Lab.text(store.values)).isEqualTo(Lab.text(same.values));
    assertThat(client.applied.stream().mapToInt(batch -> batch.changes().size()).sum())
        .isEqualTo(2);
  }

  @Test
  void aCounterThatWasSetBackAndPassedTheCursorAgainMeansSnapshot() { // P95, I1, I8
    Lab lab = Lab.versioned();
    lab.fill(50, 20);
    lab.source.told().versionKnown(0, 0);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    for (int i = 0; i < 8; i++) {
      lab.source.commit(Map.of("key:00000" + i, new byte[] {1}), List.of());
    }
    lab.loop.runUntil(Lab.LONG, "version 8", () -> store.chainVersion == 8);
    lab.link.cut();
    lab.hub.close();
    // While no hub looks: back to 2, and on to 12, with other keys.
    FakeSource again = new FakeSource(lab.loop, 0, true);
    again.values.putAll(lab.source.values);
    lab.source.lists.headMap(2L, true).forEach(again.lists::put);
    again.version = 2;
    lab.hub = lab.newHub(DeliverySettings.defaults("other"), again);
    again.told().versionKnown(0, 0);
    again.told().versions(List.of());
    for (int i = 0; i < 10; i++) {
      again.commit(Map.of("key:0000" + (20 + i), new byte[] {2}), List.of());
    }
    again.scan();
    lab.loop.advance(Duration.ofSeconds(1));
    TestClient client = lab.connect(store);
    lab.loop.runUntil(Lab.LONG, "version 12", () -> store.chainVersion == 12);
    assertThat(client.granted().getFeeds(0).getReason()).isEqualTo("another version chain");
    lab.loop.runUntil(
        Lab.LONG, "equal", () -> Lab.text(store.values).equals(Lab.text(again.values)));
  }

  @Test
  void aLoadGoesOnWhereTheHorizonOfANewHubHidesWhatItOwes() { // I1, I4; simulation seed 178
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(100_000).withUnsentLimit(4096);
    Lab lab = new Lab(3, Lab.settings(1000, 262_144, 16 * 1024), true, narrow);
    lab.source.version = 5;
    lab.fill(300, 500);
    lab.source.told().versionKnown(5, 5);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.loop.runUntil(Lab.LONG, "loading", () -> store.values.size() > 50);
    for (int i = 0; i < 5; i++) {
      lab.source.commit(Map.of("key:00000" + i, new byte[] {1}), List.of());
    }
    lab.loop.runUntil(
        Lab.LONG,
        "live",
        () -> Arrays.equals(store.values.get(Key.of("key:000004")), new byte[] {1}));
    lab.loop.advance(Duration.ofMillis(100));
    assertThat(store.loading).isTrue();
    lab.link.cut();
    lab.hub.close();
    // The lists up to 8 have expired: what has not changed since has version 8 at the new hub.
    FakeSource same = new FakeSource(lab.loop, 0, true);
    same.values.putAll(lab.source.values);
    same.lists.putAll(lab.source.lists.tailMap(9L, true));
    same.version = 10;
    lab.hub = lab.newHub(DeliverySettings.defaults("other"), same);
    same.told().versionKnown(10, 8);
    same.scan();
    lab.loop.advance(Duration.ofSeconds(1));
    TestClient client = lab.connect(store);
    lab.loop.runUntil(
        Lab.LONG, "equal", () -> Lab.text(store.values).equals(Lab.text(same.values)));
    assertThat(client.granted().getFeeds(0).getResume()).isEqualTo(FeedGrant.Resume.RESUMED);
  }
}
