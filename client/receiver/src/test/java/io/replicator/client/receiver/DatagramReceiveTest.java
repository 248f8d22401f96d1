package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.DictionaryTrainer;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.codec.ParitySum;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramAck;
import io.replicator.link.wire.DatagramMode;
import io.replicator.link.wire.DatagramOffer;
import io.replicator.link.wire.Frame;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.RecordingDatagrams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Datagrams at the client, from a hub that follows the rules, and from one that does not. */
class DatagramReceiveTest {
  private static final int MILLIS = 10;

  private final Rig rig = new Rig(4);
  private final RecordingSink sink = new RecordingSink("one");
  private final RecordingDatagrams atHub = new RecordingDatagrams();
  private final MemoryDatagramLink way =
      new MemoryDatagramLink(
          rig.loop, MemoryDatagramLink.Settings.FAST.withDelay(Duration.ofMillis(MILLIS)));
  private @Nullable Datagrams hub;

  private void connect() {
    way.listen(datagrams -> {
      hub = datagrams;
      return atHub;
    });
    rig.datagrams = way;
    rig.connect(sink);
    rig.hub.send(0, Rig.snapshotBegin());
    rig.hub.send(0, Rig.snapshotEnd(10));
    rig.loop.runReady();
  }

  private void offer(ByteString fingerprint) {
    rig.hub.send(
        Frame.newBuilder()
            .setDatagramOffer(
                DatagramOffer.newBuilder()
                    .setPort(way.port().port())
                    .setFingerprint(fingerprint)
                    .setToken(ByteString.copyFromUtf8("the token")))
            .build());
    rig.loop.advance(Duration.ofMillis(20 * MILLIS));
  }

  /** Open, shown, and feed 0 takes datagrams from number 1 on. */
  private void open() {
    connect();
    offer(ByteString.copyFrom(way.port().fingerprint()));
    rig.hub.send(
        Frame.newBuilder()
            .setDatagramMode(
                DatagramMode.newBuilder().setFeed(0).setOn(true).setFirst(1).setPassed(10))
            .build());
    offer(ByteString.copyFrom(way.port().fingerprint()));
  }

  private static Batch batch(long epoch, String key, long version) {
    return new Batch(
        Rig.FEED,
        Lane.LIVE,
        epoch,
        version,
        List.of(Rig.put(key, version)),
        Cursor.NONE,
        false,
        false,
        null);
  }

  private static byte[] payload(long number, long epoch, String key, long version) {
    Batch batch = batch(epoch, key, version);
    return DatagramFormat.encode(0, number, 10, EncodedBatch.of(batch, Compression.NONE, 0));
  }

  private static byte[] payload(long number, String key, long version) {
    return payload(number, ScriptedHub.EPOCH, key, version);
  }

  private void send(byte[] payload) {
    Objects.requireNonNull(hub).send(payload);
    rig.loop.advance(Duration.ofMillis(20 * MILLIS));
  }

  private long applied() {
    return sink.applied.stream().filter(batch -> !batch.changes().isEmpty()).count();
  }

  private DatagramAck lastAck() {
    return atHub.payloads().stream()
        .map(DatagramFormat::parse)
        .filter(Datagram::hasAck)
        .map(Datagram::getAck)
        .reduce((one, next) -> next)
        .orElseThrow();
  }

  private DatagramProgress progress() {
    return rig.newest.orElseThrow().datagrams();
  }

  @Test
  void oneThatRefersToADictionaryIsReadWithIt() { // P175, P176
    open();
    List<Batch> samples = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      samples.add(batch(ScriptedHub.EPOCH, "quote:of:the:same:kind:" + i, 20 + i));
    }
    Dictionary dictionary = DictionaryTrainer.train(1, samples).orElseThrow();
    rig.hub.send(
        Frame.newBuilder()
            .setDictionary(
                io.replicator.link.wire.Dictionary.newBuilder()
                    .setFeed(0)
                    .setNumber(1)
                    .setData(ByteString.copyFrom(dictionary.data())))
            .build());
    rig.loop.advance(Duration.ofMillis(20 * MILLIS));
    EncodedBatch encoded =
        EncodedBatch.of(
            batch(ScriptedHub.EPOCH, "quote:of:the:same:kind:900", 900),
            Compression.ZSTD,
            3,
            dictionary);
    assertThat(encoded.dictionary()).isEqualTo(1);
    send(DatagramFormat.encode(0, 1, 10, encoded));
    assertThat(applied()).isEqualTo(1);
  }

  @Test
  void theTokenIsShownUntilTheNextOfferComes() { // P142, P144
    connect();
    offer(ByteString.copyFrom(way.port().fingerprint()));
    int shown = atHub.count();
    assertThat(shown).isGreaterThan(1);
    assertThat(DatagramFormat.parse(atHub.payloads().getLast()).getToken().toStringUtf8())
        .isEqualTo("the token");
    assertThat(progress().open()).isFalse();
    offer(ByteString.copyFrom(way.port().fingerprint()));
    assertThat(progress().open()).isTrue();
    int before = atHub.count();
    rig.loop.advance(Duration.ofSeconds(1));
    assertThat(atHub.count()).isEqualTo(before);
  }

  @Test
  void anotherCertificateThanWasNamedOpensNothing() { // P141
    connect();
    offer(ByteString.copyFrom(new byte[32]));
    assertThat(hub).isNull();
    assertThat(rig.ends).isEmpty();
    offer(ByteString.copyFrom(new byte[31]));
    rig.loop.advance(Duration.ofSeconds(20));
    assertViolated(WireError.BAD_FRAME);
  }

  @Test
  void whatCameIsToldAndAgainWhenItIsApplied() { // P151
    open();
    send(payload(1, "a", 11));
    send(payload(3, "b", 12));
    assertThat(applied()).isEqualTo(2);
    assertThat(lastAck().getReceivedList()).containsExactly(1L, 1L, 2L, 1L);
    assertThat(lastAck().getAppliedList()).containsExactly(1L, 1L, 2L, 1L);
    assertThat(rig.hub.heard().stream().filter(Frame::hasDatagramAck).count()).isPositive();
  }

  @Test
  void whatIsOfAnotherHistoryIsDropped() { // P150
    open();
    send(payload(1, ScriptedHub.EPOCH + 1, "a", 11));
    assertThat(applied()).isZero();
    assertThat(progress().stale()).isEqualTo(1);
    assertThat(rig.ends).isEmpty();
    send(payload(2, "a", 11));
    assertThat(applied()).isEqualTo(1);
  }

  @Test
  void whatIsLostIsMadeOfItsParityAndTheLateOneIsADuplicate() { // P158
    open();
    ParitySum sum = new ParitySum();
    byte[] lost = payload(2, "b", 12);
    sum.add(1, payload(1, "a", 11));
    sum.add(2, lost);
    sum.add(3, payload(3, "c", 13));
    send(payload(1, "a", 11));
    send(payload(3, "c", 13));
    send(sum.take());
    assertThat(applied()).isEqualTo(3);
    assertThat(progress().recovered()).isEqualTo(1);
    assertThat(lastAck().getRecovered()).isEqualTo(1);
    assertThat(lastAck().getAppliedList()).containsExactly(1L, 3L);
    send(lost);
    assertThat(applied()).isEqualTo(3);
    assertThat(progress().duplicates()).isEqualTo(1);
  }

  @Test
  void aDatagramThatCannotBeUnderstoodEndsTheSession() { // P157
    open();
    send(new byte[] {(byte) 0xff, 1, 2});
    assertViolated(WireError.BAD_BATCH);
  }

  @Test
  void aParityThatMakesNothingEndsTheSession() { // P157, P158
    open();
    ParitySum sum = new ParitySum();
    sum.add(5, new byte[] {(byte) 0xff, 1, 2});
    send(sum.take());
    assertViolated(WireError.BAD_BATCH);
  }

  private void assertViolated(WireError error) {
    assertThat(rig.ends).hasSize(1);
    assertThat(rig.ends.getFirst()).isInstanceOf(SessionEnd.Violated.class);
    assertThat(rig.hub.errors().getFirst().getError().getCode()).isEqualTo(error.code());
  }
}
