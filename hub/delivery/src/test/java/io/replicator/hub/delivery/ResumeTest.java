package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Going on from a stored cursor: I4. */
final class ResumeTest {

  @Test
  void resumesFromStoredCursorWithoutSendingAgain() { // I4
    Lab lab = Lab.plain();
    lab.fill(2000, 50);
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    lab.connect(store);
    lab.untilEqual(store);
    lab.link.cut();
    lab.loop.advance(Duration.ofSeconds(1));
    lab.source.put("key:000005", "changed");
    TestClient again = lab.connect(store);
    lab.untilEqual(store);
    assertThat(again.granted().getFeeds(0).getResume()).isEqualTo(FeedGrant.Resume.RESUMED);
    assertThat(again.applied.stream().mapToInt(batch -> batch.changes().size()).sum()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void resumesAtEveryPointAndNeverGoesBack(long seed) { // I1, I3, I4
    MemoryLink.Settings slow =
        MemoryLink.Settings.FAST.withRate(200_000).withDelay(Duration.ofMillis(20));
    Lab lab = new Lab(seed, Lab.settings(40, 150, 16 * 1024), false, slow);
    Random random = lab.random;
    lab.source.readTakes = Duration.ofMillis(random.nextInt(40));
    long[] counter = {0};
    for (int i = 0; i < 600; i++) {
      lab.source.quietly("key:" + i, lab.numbered(++counter[0], 20 + random.nextInt(300)));
    }
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    TreeMap<Key, Long> newest = new TreeMap<>();
    store.judge =
        (key, value) -> {
          if (value != null) {
            long number = Lab.number(value);
            assertThat(number)
                .as("seed " + seed + " " + key)
                .isGreaterThanOrEqualTo(newest.getOrDefault(key, 0L));
            newest.put(key, number);
          }
        };
    for (int round = 0; round < 25; round++) {
      TestClient client = lab.connect(store);
      for (int step = 0; step < 1 + random.nextInt(30); step++) {
        int changes = random.nextInt(random.nextInt(10) == 0 ? 200 : 10);
        for (int i = 0; i < changes; i++) {
          String key = "key:" + random.nextInt(700);
          if (random.nextInt(8) == 0) {
            lab.source.remove(key);
          } else {
            lab.source.put(key, lab.numbered(++counter[0], 20 + random.nextInt(300)));
          }
        }
        lab.loop.advance(Duration.ofMillis(random.nextInt(60)));
      }
      lab.link.cut();
      client.killed = true;
      lab.loop.advance(Duration.ofMillis(random.nextInt(100)));
    }
    lab.connect(store);
    lab.untilEqual(store);
    assertThat(store.snapshotsBegun).as("seed " + seed).isEqualTo(1);
    assertThat(lab.count(DeliveryCounter.FOLDS)).as("seed " + seed).isPositive();
  }

  @Test
  void severalTargetsBehindOneClientAllBecomeRight() { // I4
    Lab lab = Lab.plain();
    lab.fill(500, 50);
    lab.source.scan();
    TestClient.Store one = new TestClient.Store();
    lab.connect(one);
    lab.untilEqual(one);
    Cursor behind = one.cursor;
    TreeMap<Key, byte[]> behindValues = new TreeMap<>(one.values);
    for (int i = 0; i < 50; i++) {
      lab.source.put("key:0000" + (10 + i), "second");
    }
    lab.untilEqual(one);
    lab.link.cut();
    lab.loop.advance(Duration.ofSeconds(1));
    lab.source.put("third", "third");
    TestClient.Store two = new TestClient.Store();
    two.values.putAll(behindValues);
    two.cursor = one.cursor;
    TestClient client = new TestClient(two);
    FeedRequest.Builder feed =
        FeedRequest.newBuilder()
            .setFeed(7)
            .addCursors(TestClient.stored(one.cursor))
            .addCursors(TestClient.stored(behind));
    lab.connect(client, TestClient.hello(feed).build());
    lab.untilEqual(two);
    assertThat(client.granted().getFeeds(0).getResume()).isEqualTo(FeedGrant.Resume.RESUMED);
    assertThat(client.applied.stream().mapToInt(batch -> batch.changes().size()).sum())
        .isEqualTo(51);
  }
}
