package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.api.SinkException;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.KeyAnswer;
import io.replicator.link.wire.KeyQuery;
import io.replicator.link.wire.Level;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.StoredCursor;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiverSessionTest {
  private final Rig rig = new Rig(1);
  private final RecordingSink sink = new RecordingSink("one");
  private final RecordingSink other = new RecordingSink("other");

  @AfterEach
  void sinksWereUsedByTheirContract() {
    assertThat(sink.faults).isEmpty();
    assertThat(other.faults).isEmpty();
    assertThat(rig.link.listenerFailures()).isEmpty();
  }

  @Test
  void asksForItsFeedsWithTheCursorOfEveryTarget() {
    FeedId quotes = new FeedId(5, "", KeyPatterns.of(List.of("q:*"), List.of("q:x*")));
    rig.feeds = List.of(new FeedPlan(Rig.FEED, null), new FeedPlan(quotes, QosLevel.LOW));
    sink.storeCursor(new Cursor(new byte[] {1, 2}, new byte[0]));

    rig.connect(sink, other);

    assertThat(rig.hub.hello().getWindowBytes()).isEqualTo(4 << 20);
    assertThat(rig.hub.hello().getFeeds(0).getCursorsList())
        .extracting(StoredCursor::hasLive, StoredCursor::hasBackfill)
        .containsExactly(tuple(true, true), tuple(false, false));
    assertThat(rig.hub.hello().getFeeds(1).getLevel()).isEqualTo(Level.LEVEL_LOW);
    assertThat(rig.hub.hello().getFeeds(1).getIncludesList()).containsExactly("q:*");
    assertThat(rig.hub.hello().getFeeds(1).getExcludesList()).containsExactly("q:x*");
  }

  @Test
  void aTargetThatCannotTellWhatItHoldsIsNeverVerified() { // P100
    rig.connect(sink);
    rig.hub.send(0, Rig.snapshotBegin());
    rig.hub.send(0, Rig.snapshotEnd(5, Rig.put("key", 2)));

    for (int i = 0; i < 100; i++) { // 500 s of a hub that is heard
      rig.hub.send(Frame.newBuilder().setPing(Ping.newBuilder().setNonce(i)).build());
      rig.loop.advance(Duration.ofSeconds(5));
    }

    assertThat(rig.ends).isEmpty();
    assertThat(rig.hub.hello().getFeeds(0).getHolds()).isEqualTo(FeedRequest.Holds.UNKNOWN);
    assertThat(rig.hub.heard()).noneMatch(Frame::hasReconcileNote);
    assertThat(rig.setAside).isEmpty();
  }

  @Test
  void aTurnThatOpensALoadTellsItsSizeAnew() { // P170
    rig.connect(sink);
    assertThat(rig.progress().expectedKeys()).isEqualTo(ScriptedHub.KEYS);

    rig.hub.sendOpening(0, Rig.snapshotBegin(), 123_456);
    rig.loop.runReady();
    assertThat(rig.progress().expectedKeys()).isEqualTo(123_456);
    rig.hub.send(0, Rig.snapshotEnd(5, Rig.put("key", 2)));
    rig.loop.runReady();
    assertThat(rig.progress().expectedKeys()).isEqualTo(123_456);
  }

  @Test
  void appliesBatchesInTheOrderInWhichTheyWereCompleted() {
    rig.connect(sink);
    rig.hub.send(0, Rig.snapshotBegin());
    List<Frame> backfill =
        rig.hub.blocks(0, Rig.snapshotEnd(5, Rig.put("slow", 2), Rig.put("slower", 3)));
    List<Frame> live = rig.hub.blocks(0, Rig.live(6, "fast"));
    rig.hub.send(backfill.getFirst());
    live.forEach(rig.hub::send);
    backfill.subList(1, backfill.size()).forEach(rig.hub::send);
    rig.loop.runReady();

    assertThat(sink.applied).extracting(batch -> batch.readVersion()).containsExactly(1L, 6L, 5L);
    assertThat(rig.hub.acknowledged()).containsExactly(1L, 3L, 2L);
  }

  @Test
  void acknowledgesABatchWhenEveryTargetHasItAndNotBefore() {
    rig.connect(sink, other.byHand());
    rig.hub.send(0, Rig.snapshotBegin());
    rig.loop.runReady();

    assertThat(sink.applied).hasSize(1);
    assertThat(rig.hub.acknowledged()).isEmpty();

    other.completeNext();
    rig.loop.runReady();

    assertThat(rig.hub.acknowledged()).containsExactly(1L);
  }

  @Test
  void whatASlowTargetHasNotGotYetTakesCredit() { // P61
    rig.settings =
        new ReceiverSettings(
            "test",
            "",
            ReceiverSettings.DEFAULT_CODECS,
            16 << 10,
            64 << 10,
            0,
            ReceiverSettings.DEFAULT_HANDSHAKE_TIMEOUT);
    rig.connect(sink.byHand());
    rig.hub.send(0, Rig.snapshotBegin());
    for (int i = 2; i < 60; i++) {
      rig.hub.send(0, Rig.live(i, "key"));
    }
    rig.loop.runReady();

    assertThat(rig.hub.acknowledged()).isEmpty();
    assertThat(rig.hub.acks()).allMatch(ack -> ack.getReceivedBytes() == 0);
    assertThat(sink.waiting).hasSize(1);

    while (!sink.waiting.isEmpty()) {
      long before = credited();
      sink.completeNext();
      rig.loop.runReady();
      assertThat(credited()).isGreaterThan(before);
    }
    assertThat(rig.hub.acknowledged()).hasSize(59);
    assertThat(credited()).isBetween(2L << 10, 16L << 10);
  }

  private long credited() {
    return rig.hub.acks().isEmpty() ? 0 : rig.hub.acks().getLast().getReceivedBytes();
  }

  @Test
  void setsAFailingTargetAsideAndGoesOnWithTheOther() {
    rig.connect(sink, other);
    other.failWith(new SinkException(SinkException.Category.UNAVAILABLE, "gone"));
    rig.hub.send(0, Rig.snapshotBegin());
    rig.hub.send(0, Rig.live(2, "a"));
    rig.loop.runReady();

    assertThat(rig.setAside).containsExactly(other);
    assertThat(sink.applied).hasSize(2);
    assertThat(rig.hub.acknowledged()).containsExactly(1L, 2L);
    assertThat(rig.ends).isEmpty();
  }

  @Test
  void endsWhenTheLastTargetFailed() {
    rig.connect(sink);
    sink.failWith(new SinkException(SinkException.Category.REFUSED, "READONLY"));
    rig.hub.send(0, Rig.snapshotBegin());
    rig.loop.runReady();

    assertThat(rig.hub.acknowledged()).isEmpty();
    assertThat(rig.ends)
        .containsExactly(new SessionEnd.NoTargetLeft("no target left: one: READONLY"));
  }

  @Test
  void tellsOfItsEndOnlyWhenNoSinkIsBeingCalledAnyMore() {
    rig.connect(sink.byHand());
    rig.hub.send(0, Rig.snapshotBegin());
    rig.loop.runReady();
    rig.link.cut();
    rig.loop.runReady();
    assertThat(rig.ends).isEmpty();

    sink.completeNext();
    rig.loop.runReady();

    assertThat(rig.ends).hasSize(1);
    assertThat(rig.ends.getFirst()).isInstanceOf(SessionEnd.Lost.class);
    assertThat(rig.setAside).isEmpty();
  }

  @Test
  void isCurrentWhenTheSnapshotIsCompleteAndLeftoversAreRemoved() {
    rig.connect(sink);
    sink.toAskAbout = List.of(Key.of("a"), Key.of("b"));
    rig.hub.send(0, Rig.snapshotBegin());
    rig.hub.send(0, Rig.snapshotEnd(3, Rig.put("a", 2)));
    rig.loop.runReady();
    assertThat(rig.current).isEmpty();
    KeyQuery query = query(rig.hub.heard());
    assertThat(query.getKeysList()).extracting(key -> key.toStringUtf8()).containsExactly("a", "b");

    answer(query, 0b01);

    assertThat(rig.current).containsExactly(Rig.FEED);
    assertThat(sink.answers).containsExactly(BitSet.valueOf(new long[] {0b01}));
  }

  @Test
  void neverAsksAboutKeysThatTheHubsCollectionDoesNotCover() {
    rig.hub.welcomes(
        welcome -> welcome.setFeeds(0, welcome.getFeeds(0).toBuilder().addIncludes("q:*")));
    rig.connect(sink);
    sink.toAskAbout = List.of(Key.of("news:1"), Key.of("q:1"));
    rig.hub.send(0, Rig.snapshotBegin());
    rig.hub.send(0, Rig.snapshotEnd(3));
    rig.loop.runReady();
    KeyQuery query = query(rig.hub.heard());
    assertThat(query.getKeysList()).extracting(key -> key.toStringUtf8()).containsExactly("q:1");

    answer(query, 0);

    assertThat(sink.answers).containsExactly(BitSet.valueOf(new long[] {0b01}));
  }

  @Test
  void removesLeftoversThatAreOwedSinceTheLastSession() {
    sink.storeCursor(new Cursor(new byte[] {1}, new byte[0]));
    sink.owes = true;

    rig.connect(sink);

    assertThat(sink.leftoverCalls).isEqualTo(1);
  }

  @Test
  void removesLeftoversOwedWhenAResumedBackfillHasEnded() {
    sink.storeCursor(new Cursor(new byte[] {1}, new byte[] {1}));
    sink.owes = true;
    rig.connect(sink);
    assertThat(sink.leftoverCalls).isZero();

    rig.hub.send(0, Rig.batch(Lane.BACKFILL, 9, new Cursor(null, new byte[0])));
    rig.loop.runReady();

    assertThat(sink.leftoverCalls).isEqualTo(1);
    assertThat(rig.current).containsExactly(Rig.FEED);
  }

  @Test
  void failsTheQuestionsOfSinksWhenTheSessionEnds() {
    rig.connect(sink);
    sink.toAskAbout = List.of(Key.of("a"));
    rig.hub.send(0, Rig.snapshotBegin());
    rig.hub.send(0, Rig.snapshotEnd(3));
    rig.loop.runReady();

    rig.link.cut();
    rig.loop.runReady();

    assertThat(rig.ends).hasSize(1);
    assertThat(sink.answers).isEmpty();
    assertThat(rig.setAside).isEmpty();
  }

  @Test
  void keepsProgressOfWhatItReceived() {
    rig.hub.welcomes(welcome ->
        welcome.setFeeds(0, welcome.getFeeds(0).toBuilder().setKeys(4).setReason("no cursor")));
    rig.connect(sink);
    rig.hub.send(0, Rig.snapshotBegin());
    rig.loop.advance(Duration.ofSeconds(1));
    rig.hub.send(
        0,
        Rig.batch(
            Lane.BACKFILL, 3, new Cursor(null, new byte[] {2}), Rig.put("a", 1), Rig.put("b", 2)));
    rig.hub.send(0, Rig.live(4, "c"));
    rig.loop.advance(Duration.ofSeconds(1));

    FeedProgress progress = rig.progress();
    assertThat(progress.loading()).isTrue();
    assertThat(progress.reason()).isEqualTo("no cursor");
    assertThat(progress.loadedKeys()).isEqualTo(2);
    assertThat(progress.liveKeys()).isEqualTo(1);
    assertThat(progress.keysPerSecond()).isEqualTo(1);
    assertThat(progress.remainingSeconds()).hasValue(2);
    assertThat(progress.readVersion()).isEqualTo(4);
  }

  private void answer(KeyQuery query, int bits) {
    rig.hub.send(
        Frame.newBuilder()
            .setKeyAnswer(
                KeyAnswer.newBuilder()
                    .setQuery(query.getQuery())
                    .setPresent(ByteString.copyFrom(new byte[] {(byte) bits})))
            .build());
    rig.loop.runReady();
  }

  private static KeyQuery query(List<Frame> frames) {
    return frames.stream()
        .filter(Frame::hasKeyQuery)
        .map(Frame::getKeyQuery)
        .reduce((first, second) -> second)
        .orElseThrow();
  }
}
