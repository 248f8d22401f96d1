package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.KeyAnswer;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.Pong;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A hub that breaks the protocol, is silent, or says no: each has its reason and its way on. */
class HostileHubTest {
  private final Rig rig = new Rig(2);
  private final RecordingSink sink = new RecordingSink("one");

  @Test
  void refusesABatchWithAWrongChecksum() {
    rig.connect(sink);
    sendChanged(block ->
        block.hasHeader() ? block.setHeader(block.getHeader().toBuilder().setChecksum(1)) : block);

    assertViolated(WireError.CHECKSUM, "checksum");
  }

  @Test
  void refusesACompressionBombBeforeItUnfolds() {
    rig.connect(sink);
    sendChanged(block ->
        block.hasHeader()
            ? block.setHeader(
                block.getHeader().toBuilder()
                    .setCodec(Codec.CODEC_ZSTD)
                    .setRawBytes(Integer.MAX_VALUE))
            : block);

    assertViolated(WireError.BATCH_TOO_LARGE, "2147483647");
  }

  @Test
  void refusesABlockOfAFeedThatWasNotAskedFor() {
    rig.connect(sink);
    sendChanged(block -> block.setFeed(9));

    assertViolated(WireError.UNKNOWN_FEED, "feed 9");
  }

  @Test
  void refusesBlocksOutOfOrder() {
    rig.connect(sink);
    sendChanged(block -> block.setIndex(block.getIndex() + 1));

    assertViolated(WireError.BLOCK_ORDER, "block");
  }

  @Test
  void refusesABatchThatIsNone() {
    rig.connect(sink);
    rig.hub.send(0, Rig.snapshotBegin());
    sendChanged(block -> block.setData(ByteString.copyFrom(new byte[block.getData().size()])));

    assertThat(rig.ends).hasSize(1);
    assertThat(rig.ends.getFirst()).isInstanceOf(SessionEnd.Violated.class);
    assertThat(sink.applied).hasSize(1);
  }

  @Test
  void refusesFramesThatOnlyAClientSends() {
    rig.connect(sink);
    rig.hub.send(rig.hub.heard().getFirst());
    rig.loop.runReady();

    assertViolated(WireError.BAD_FRAME, "HELLO");
  }

  @Test
  void refusesAnAnswerToNoQuestion() {
    rig.connect(sink);
    rig.hub.send(Frame.newBuilder().setKeyAnswer(KeyAnswer.newBuilder().setQuery(77)).build());
    rig.loop.runReady();

    assertViolated(WireError.BAD_FRAME, "77");
  }

  @Test
  void refusesABatchOfAnotherEpochWithoutTheBeginOfASnapshot() {
    rig.hub.welcomes(welcome -> welcome.setFeeds(0, welcome.getFeeds(0).toBuilder().setEpoch(99)));
    rig.connect(sink);
    rig.hub.send(0, Rig.live(3, "a"));
    rig.loop.runReady();

    assertViolated(WireError.BAD_BATCH, "epoch");
    assertThat(sink.applied).isEmpty();
  }

  @Test
  void refusesAHubThatSendsBeyondTheWindow() {
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
    for (int i = 2; i < 4000; i++) {
      rig.hub.send(0, Rig.live(i, "key"));
    }
    rig.loop.runReady();
    sink.completeNext();
    rig.loop.runReady();

    assertViolated(WireError.OVERLOADED, "with a window of 16384");
  }

  @Test
  void refusesAHubOfAnotherProtocolVersion() {
    rig.hub.welcomes(welcome -> welcome.setProtocol(2));
    rig.connect(sink);

    assertViolated(WireError.PROTOCOL_VERSION, "the hub speaks protocol 2, this client 1");
  }

  @Test
  void refusesACompressionThatWasNotOffered() {
    rig.hub.welcomes(welcome -> welcome.setCodecValue(44));
    rig.connect(sink);

    assertViolated(WireError.NO_COMMON_CODEC, "offered");
  }

  @Test
  void refusesAWelcomeThatLeavesAFeedOut() {
    rig.hub.welcomes(welcome -> welcome.clearFeeds());
    rig.connect(sink);

    assertViolated(WireError.UNKNOWN_FEED, "does not grant feed 0");
  }

  @Test
  void givesUpOnAHubThatDoesNotAnswerHello() {
    rig.hub.staysSilent();
    rig.connect(sink);
    rig.loop.advance(Duration.ofSeconds(21));

    assertThat(rig.ends).hasSize(1);
    assertThat(rig.ends.getFirst().text()).contains("did not answer Hello within PT20S");
  }

  @Test
  void saysWhetherComingBackMayHelpWhenTheHubSaysNo() {
    rig.connect(sink);
    rig.hub.send(WireError.FORBIDDEN.frame("'shop' may read database 0 only"));
    rig.loop.runReady();
    rig.connect(sink);
    rig.hub.send(WireError.GOING_AWAY.frame(""));
    rig.loop.runReady();

    assertThat(rig.ends)
        .containsExactly(
            new SessionEnd.HubRefused(
                WireError.FORBIDDEN.code(), false, "the hub says: 'shop' may read database 0 only"),
            new SessionEnd.HubRefused(
                WireError.GOING_AWAY.code(),
                true,
                "the hub says: " + WireError.GOING_AWAY.sentence()));
  }

  @Test
  void pingsASilentHubAndGivesItUpAfterThreeIntervals() {
    rig.connect(sink);
    rig.link.blackhole();
    rig.loop.advance(Duration.ofMillis(29_900));
    assertThat(rig.ends).isEmpty();

    rig.loop.advance(Duration.ofMillis(200));

    assertThat(rig.ends)
        .containsExactly(new SessionEnd.Lost("nothing heard from the hub for PT30S"));
  }

  @Test
  void staysWithAHubThatAnswersItsPings() {
    rig.connect(sink);
    for (int i = 0; i < 20; i++) {
      rig.loop.advance(Duration.ofSeconds(10));
      answerPings();
    }

    assertThat(rig.ends).isEmpty();
  }

  @Test
  void learnsRoundTripAndClockOffsetFromPongs() {
    ReceiverSession session = rig.connect(sink);
    long hubAhead = Duration.ofSeconds(5).toMillis();
    rig.loop.advance(Duration.ofMillis(80));
    Frame ping = rig.hub.heard().stream().filter(Frame::hasPing).findFirst().orElseThrow();
    rig.hub.send(pong(ping.getPing(), (rig.loop.unixMillis() - 40 + hubAhead) * 1000));
    rig.loop.runReady();

    assertThat(session.rttNanos()).hasValue(80_000_000);
    assertThat(session.clockOffsetMicros()).hasValue(5_000_000);
  }

  @Test
  void answersThePingsOfTheHub() {
    rig.connect(sink);
    rig.hub.send(Frame.newBuilder().setPing(Ping.newBuilder().setNonce(4711)).build());
    rig.loop.runReady();

    Frame pong = rig.hub.heard().stream().filter(Frame::hasPong).findFirst().orElseThrow();
    assertThat(pong.getPong().getNonce()).isEqualTo(4711);
    assertThat(pong.getPong().getUnixMicros()).isEqualTo(rig.loop.unixMillis() * 1000);
  }

  private void answerPings() {
    List<Frame> pings = rig.hub.heard().stream().filter(Frame::hasPing).toList();
    rig.hub.send(pong(pings.getLast().getPing(), 0));
    rig.loop.runReady();
  }

  private static Frame pong(Ping ping, long unixMicros) {
    return Frame.newBuilder()
        .setPong(Pong.newBuilder().setNonce(ping.getNonce()).setUnixMicros(unixMicros))
        .build();
  }

  private void sendChanged(UnaryOperator<Block.Builder> change) {
    for (Frame frame : rig.hub.blocks(0, Rig.live(3, "key"))) {
      Block changed = change.apply(frame.getBlock().toBuilder()).build();
      rig.hub.send(Frame.newBuilder().setBlock(changed).build());
    }
    rig.loop.runReady();
  }

  private void assertViolated(WireError error, String text) {
    assertThat(rig.ends).hasSize(1);
    assertThat(rig.ends.getFirst()).isInstanceOf(SessionEnd.Violated.class);
    assertThat(rig.ends.getFirst().text()).contains(text);
    assertThat(rig.hub.errors()).hasSize(1);
    assertThat(rig.hub.errors().getFirst().getError().getCode()).isEqualTo(error.code());
    assertThat(rig.link.open()).isZero();
  }
}
