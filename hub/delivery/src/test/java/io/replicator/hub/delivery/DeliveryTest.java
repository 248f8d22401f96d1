package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.KeyQuery;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hub delivers, over links in memory to test clients that decode it. */
final class DeliveryTest {

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
      lab.source.quietly("key:" + i, numbered(lab, ++counter[0], 20 + random.nextInt(300)));
    }
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    TreeMap<Key, Long> newest = new TreeMap<>();
    store.judge =
        (key, value) -> {
          if (value != null) {
            long number = number(value);
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
            lab.source.put(key, numbered(lab, ++counter[0], 20 + random.nextInt(300)));
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

  private static byte[] numbered(Lab lab, long number, int bytes) {
    byte[] value = lab.value(Math.max(8, bytes));
    java.nio.ByteBuffer.wrap(value).putLong(number);
    return value;
  }

  private static long number(byte[] value) {
    return java.nio.ByteBuffer.wrap(value).getLong();
  }

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
  void aVersionedTargetShowsAVersionOnlyWhenAllOfItIsThere() { // I8
    MemoryLink.Settings narrow = MemoryLink.Settings.FAST.withRate(100_000).withUnsentLimit(4096);
    Lab lab = new Lab(9, Lab.settings(1000, 262_144, 16 * 1024), true, narrow);
    for (int i = 0; i < 300; i++) {
      lab.source.quietly("key:" + i, numbered(lab, 0, 1000));
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
        puts.put("key:" + lab.random.nextInt(300), numbered(lab, lab.source.version + 1, 100));
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
                assertThat(number(store.value(key)))
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
    Cursor foreign = CursorCodec.cursor(1, 2, FeedPosition.snapshot(3));
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

  @Test
  void patternsNarrowAFeedAndItsQueries() { // I10
    Lab lab = Lab.plain();
    lab.source.quietly("a:1", new byte[] {1});
    lab.source.quietly("b:1", new byte[] {1});
    lab.source.scan();
    TestClient client = new TestClient(new TestClient.Store());
    FeedRequest.Builder feed = FeedRequest.newBuilder().setFeed(7).addIncludes("a:*");
    lab.connect(client, TestClient.hello(feed).build());
    lab.loop.runUntil(Lab.LONG, "loaded", () -> client.store.snapshotsEnded == 1);
    assertThat(client.store.values).containsOnlyKeys(Key.of("a:1"));
    client.send(
        Frame.newBuilder()
            .setKeyQuery(
                KeyQuery.newBuilder()
                    .setFeed(7)
                    .setQuery(3)
                    .addKeys(ByteString.copyFromUtf8("a:1"))
                    .addKeys(ByteString.copyFromUtf8("b:1"))
                    .addKeys(ByteString.copyFromUtf8("a:2")))
            .build());
    lab.loop.runUntil(Lab.LONG, "answer", () -> !client.answers.isEmpty());
    assertThat(client.answers.getFirst().getPresent().byteAt(0)).isEqualTo((byte) 1);
  }

  @Test
  void hostileFramesEndTheirConnectionWithAReason() { // I9
    Lab lab = Lab.plain();
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    assertThat(errorOf(lab, TestClient.hello(store).setProtocol(9).build()))
        .isEqualTo(WireError.PROTOCOL_VERSION);
    assertThat(errorOf(lab, TestClient.hello(store).setWindowBytes(1).build()))
        .isEqualTo(WireError.BAD_REQUEST);
    assertThat(errorOf(lab, TestClient.hello(store).clearCodecs().build()))
        .isEqualTo(WireError.NO_COMMON_CODEC);
    assertThat(errorOf(lab, TestClient.hello(store).clearFeeds().build()))
        .isEqualTo(WireError.BAD_REQUEST);
    FeedRequest.Builder other = FeedRequest.newBuilder().setFeed(1).setDatabase(4);
    assertThat(errorOf(lab, TestClient.hello(other).build())).isEqualTo(WireError.UNKNOWN_DATABASE);
    FeedRequest.Builder unknown = FeedRequest.newBuilder().setFeed(1).setCollection("nope");
    assertThat(errorOf(lab, TestClient.hello(unknown).build()))
        .isEqualTo(WireError.UNKNOWN_COLLECTION);
  }

  private static WireError errorOf(Lab lab, io.replicator.link.wire.Hello hello) {
    TestClient client = lab.connect(new TestClient(new TestClient.Store()), hello);
    lab.loop.runUntil(Lab.LONG, "refused", () -> client.error != null);
    return WireError.ofCode(client.refusal()).orElseThrow();
  }

  @Test
  void anAckOfWhatWasNotSentEndsTheConnection() { // I9
    Lab lab = Lab.plain();
    lab.fill(10, 10);
    lab.source.scan();
    TestClient client = lab.connect(new TestClient.Store());
    lab.untilEqual(client.store);
    client.send(Frame.newBuilder().setAck(Ack.newBuilder().setReceivedBytes(1L << 40)).build());
    lab.loop.runUntil(Lab.LONG, "refused", () -> client.error != null);
    assertThat(client.refusal()).isEqualTo(WireError.BAD_ACK.code());
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
  void whoSaysNothingIsShownOut() { // I9
    Lab lab = Lab.plain();
    TestClient client = new TestClient(new TestClient.Store());
    lab.link.connect(connection -> {
      client.connection = connection;
      return client;
    });
    lab.loop.advance(Duration.ofSeconds(11));
    assertThat(client.refusal()).isEqualTo(WireError.HANDSHAKE_TIMEOUT.code());
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
